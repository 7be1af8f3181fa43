// SPDX-License-Identifier: Apache-2.0
internal import Access

/// What a value and its settings must be like, so that each part can stand where the provider has it.
struct ValueRules {
    private let provider: Provider

    init(_ provider: Provider) { self.provider = provider }

    /// Refuses a value of other parts than the provider's, or with bytes that cannot stand where they go.
    func check(_ value: borrowing HeldValue) throws(Refusal) {
        try check(parts: value.partNames)
        let names = provider.parts.isEmpty ? [NamedPart.whole] : provider.parts.map(\.name)
        for name in names {
            let isPEM = pemParts.contains(name) && !headerParts.contains(name)
            let isUserName = userNameParts.contains(name)
            let fault = value.revealing(name) { bytes in
                isPEM ? Self.pemFault(bytes) : Self.textFault(bytes, isUserName: isUserName)
            }
            guard let fault = fault ?? nil else { continue }
            throw .invalid(
                pointer: provider.parts.isEmpty ? "/value" : "/value/\(name)", detail: fault.detail, fix: fault.fix)
        }
    }

    /// Refuses names of parts that are not all of the provider's.
    func check(parts names: [String]) throws(Refusal) {
        let own = provider.parts.map(\.name)
        guard names == own || own == [NamedPart.whole] && names.isEmpty else {
            throw own.isEmpty
                ? .invalid(
                    pointer: "/value", detail: "A value of this provider is one text.",
                    fix: "Send the provider's key as a string.")
                : .invalid(
                    pointer: "/value", detail: "A value of this provider has the parts \(own.joined(separator: ", ")).",
                    fix: "Send an object with all of them and no other.")
        }
    }

    /// Refuses settings that are not all of the provider's, or that cannot stand in its origins.
    func check(_ settings: [CredentialSetting]) throws(Refusal) {
        let own = provider.settings.map(\.name)
        guard settings.map(\.name).sorted() == own.sorted() else {
            throw .invalid(
                pointer: "/settings",
                detail: own.isEmpty
                    ? "Credentials of this provider have no settings."
                    : "Credentials of this provider have the settings \(own.joined(separator: ", ")).",
                fix: own.isEmpty ? "Leave the field out." : "Send all of them and no other.")
        }
        for setting in settings where !CredentialSetting.isValue(setting.value) {
            throw .invalid(
                pointer: "/settings/\(setting.name)", detail: "This is not one label of a host name.",
                fix: "Send 1 to 63 letters, digits and hyphens, no hyphen first or last.")
        }
    }

    private struct Fault {
        let detail: String
        let fix: String
    }

    /// A part stands in a header, a URL, a body or beneath a signature: printable ASCII stands in all of them. A space
    /// at either end would be lost on the way.
    private static func textFault(_ bytes: Span<UInt8>, isUserName: Bool) -> Fault? {
        guard !bytes.isEmpty else { return empty }
        for position in bytes.indices where !(0x20...0x7E).contains(bytes[position]) {
            return Fault(
                detail: "It holds a byte that cannot stand in a request: \(name(of: bytes[position])).",
                fix: "Send the provider's key as it stands in a request: printable ASCII, without a line end.")
        }
        guard bytes[0] != 0x20, bytes[bytes.count - 1] != 0x20 else {
            return Fault(
                detail: "It begins or ends with a space, which would be lost in a request.",
                fix: "Send the provider's key without spaces around it.")
        }
        if isUserName, bytes.indices.contains(where: { bytes[$0] == 0x3A }) {
            // RFC 7617, 2: the first colon ends the user name.
            return Fault(
                detail: "It stands as a user name of HTTP Basic, which cannot hold a colon.",
                fix: "Check whether password and user name were sent together.")
        }
        return nil
    }

    private static func pemFault(_ bytes: Span<UInt8>) -> Fault? {
        guard !bytes.isEmpty else { return empty }
        let text = String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
        let isPlain = text.utf8.allSatisfy { (0x20...0x7E).contains($0) || $0 == 0x0A }
        guard isPlain, text.hasPrefix("-----BEGIN "), text.contains("-----END ") else {
            return Fault(
                detail: "This is not PEM.",
                fix: "Send text from -----BEGIN to -----END, its lines ended by line feeds alone.")
        }
        return nil
    }

    private static var empty: Fault { Fault(detail: "It is empty.", fix: "Send the provider's key.") }

    private static func name(of byte: UInt8) -> String {
        switch byte {
        case 0x00: "NUL"
        case 0x09: "a tab"
        case 0x0A: "a line feed"
        case 0x0D: "a carriage return"
        case 0x80...: "one that is not ASCII"
        default: "a control character"
        }
    }

    private var pemParts: [String] {
        provider.clientCertificate.map { [$0.certificate, $0.privateKey] } ?? []
    }

    private var headerParts: [String] {
        provider.slots.flatMap { slot in
            switch slot {
            case .header(_, let format), .basic(let format): format.names
            case .signature(let signature): signature.fields.flatMap(\.format.names)
            case .query, .path, .body, .awsSignature, .clientCredentials: [] as [String]
            }
        }
    }

    /// The parts in front of the first colon of a Basic pair.
    private var userNameParts: [String] {
        provider.slots.flatMap { slot in
            switch slot {
            case .basic(let format): Self.namesBeforeColon(format)
            case .header, .query, .path, .body, .awsSignature, .signature, .clientCredentials: [] as [String]
            }
        }
    }

    private static func namesBeforeColon(_ format: SlotFormat) -> [String] {
        var names: [String] = []
        for piece in format.pieces {
            switch piece {
            case .part(let name): names.append(name)
            case .text(let bytes) where bytes.contains(0x3A): return names
            case .text: break
            }
        }
        return []
    }
}
