// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import HeldKeys

extension Shape where Value == SlotFormat {
    /// Text with one name in braces or more, each once.
    static var slotFormat: Shape {
        parsed(
            "This is not a format.",
            fix: "Send printable ASCII of at most 200 characters with {value} or other names in it, each once."
        ) { SlotFormat($0).flatMap(namesOnce) }
    }

    /// Text that may have names in it.
    static func text(_ longest: Int, takesLineFeeds: Bool = false) -> Shape {
        parsed(
            "This is not a text with names in braces.",
            fix: "Send printable ASCII of at most \(longest) characters; { and } stand only around names."
        ) { SlotFormat($0, longest: longest, needsName: false, takesLineFeeds: takesLineFeeds) }
    }

    /// What HTTP Basic is made of: user name, colon, password.
    static var userAndPassword: Shape {
        parsed(
            "This is not user name and password.",
            fix: "Send a format with a colon, such as {value}: or api:{value}."
        ) { text in
            guard let format = SlotFormat(text).flatMap(namesOnce), format.fixedText.contains(":") else { return nil }
            return format
        }
    }

    /// Segments in front of a path: `/bot{value}`.
    static var pathPrefix: Shape {
        parsed(
            "This cannot stand in front of a path.",
            fix: "Begin with /, end with none, without empty or dot segments: /bot{value}."
        ) { text in
            guard let format = SlotFormat(text).flatMap(namesOnce), !text.hasSuffix("/") else { return nil }
            let sample = Array(format.filled(with: "a").utf8)
            return CanonicalPath.read(sample.span, 0..<sample.count) == .asWritten ? format : nil
        }
    }

    private static func namesOnce(_ format: SlotFormat) -> SlotFormat? {
        Set(format.names).count == format.names.count ? format : nil
    }
}

extension SlotFormat {
    /// A format of this program's own.
    static func written(_ text: String) -> SlotFormat {
        guard let format = SlotFormat(text) else { preconditionFailure("a format of this program's own") }
        return format
    }

    /// The text between the names.
    fileprivate var fixedText: String { filled(with: "") }

    /// The text with every name replaced.
    func filled(with text: String) -> String {
        pieces.map { piece in
            switch piece {
            case .text(let bytes): String(decoding: bytes, as: UTF8.self)
            case .part: text
            }
        }.joined()
    }
}
