// SPDX-License-Identifier: Apache-2.0
internal import HeldKeys

/// What formats are filled in with: the opened value and the credential's settings.
struct Filling: ~Copyable {
    let value: HeldValue
    let settings: [CredentialSetting]

    init(_ value: consuming HeldValue, settings: [CredentialSetting]) {
        self.value = value
        self.settings = settings
    }

    /// Gives the runs of bytes that make the filled format; false when a name in it stands for nothing.
    borrowing func runs(of format: SlotFormat, _ body: (Span<UInt8>) -> Void) -> Bool {
        for piece in format.pieces {
            switch piece {
            case .text(let text): body(text.span)
            case .part(let name): guard part(name, body) else { return false }
            }
        }
        return true
    }

    /// The same with the text around the names given apart.
    borrowing func runs(of format: SlotFormat, isText text: ([UInt8]) -> Void, _ body: (Span<UInt8>) -> Void) -> Bool {
        for piece in format.pieces {
            switch piece {
            case .text(let run): text(run)
            case .part(let name): guard part(name, body) else { return false }
            }
        }
        return true
    }

    /// Lends one part or setting; false where there is none.
    borrowing func part(_ name: String, _ body: (Span<UInt8>) -> Void) -> Bool {
        if value.revealing(name, body) != nil { return true }
        guard let setting = settings.first(where: { $0.name == name }) else { return false }
        body(Array(setting.value.utf8).span)
        return true
    }

    /// The filled format, to be wiped by whoever asked; nil when a name in it stands for nothing. `names` stand for
    /// what only this request knows.
    borrowing func bytes(of format: SlotFormat, names: [String: [UInt8]] = [:]) -> [UInt8]? {
        var bytes: [UInt8] = []
        for piece in format.pieces {
            switch piece {
            case .text(let text): bytes.append(contentsOf: text)
            case .part(let name):
                if let known = names[name] {
                    bytes.append(contentsOf: known)
                } else {
                    let isThere = part(name) { span in
                        for position in 0..<span.count { bytes.append(span[position]) }
                    }
                    guard isThere else { return nil }
                }
            }
        }
        return bytes
    }
}
