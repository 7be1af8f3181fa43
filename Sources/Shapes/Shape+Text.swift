// SPDX-License-Identifier: Apache-2.0
internal import HeldKeys
internal import Wire

extension Shape where Value == String {
    /// Words for people on one line: so many characters (Unicode scalars), none of them a control character.
    package static func text(_ count: ClosedRange<Int>) -> Shape {
        parsed(
            "This must be \(count.lowerBound) to \(count.upperBound) characters, none of them a control character.",
            fix: "Send such a text."
        ) { text in
            count.contains(text.unicodeScalars.count) && text.unicodeScalars.allSatisfy(isShown) ? text : nil
        }
    }

    /// A name that people gave: 1 to 200 characters.
    package static var name: Shape { text(1...200) }

    /// A remark: 1 to 1,000 characters.
    package static var note: Shape { text(1...1000) }

    /// A mail address, loosely: one `@` with something on either side.
    package static var email: Shape {
        parsed("This is not a mail address.", fix: "Send 3 to 254 characters with one @ between.") { text in
            let parts = text.split(separator: "@", omittingEmptySubsequences: false)
            let isAddress = parts.count == 2 && !parts[0].isEmpty && !parts[1].isEmpty
            let fits = (3...254).contains(text.unicodeScalars.count) && text.unicodeScalars.allSatisfy(isShown)
            return isAddress && fits ? text : nil
        }
    }

    /// A keyspace's name: `[a-z][a-z0-9-]{0,62}`.
    package static var keyspaceName: Shape {
        parsed(
            "The name is not of the form [a-z][a-z0-9-]{0,62}.",
            fix: "Use up to 63 lower-case letters, digits and hyphens, a letter first."
        ) { text in
            guard let first = text.utf8.first, (0x61...0x7A).contains(first), Provider.isName(text) else { return nil }
            return text
        }
    }

    /// A name that stands in paths: `[a-z0-9][a-z0-9-]{0,62}`.
    package static var pathName: Shape {
        parsed(
            "The name is not of the form [a-z0-9][a-z0-9-]{0,62}.",
            fix: "Use up to 63 lower-case letters, digits and hyphens, no hyphen first."
        ) { Provider.isName($0) ? $0 : nil }
    }

    /// PEM of certificates: printable ASCII and line ends, 65,536 characters at most, with at least one certificate's
    /// frame.
    package static var pem: Shape {
        parsed(
            "This is not PEM of a certificate.",
            fix: "Send text from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----, 65536 characters at most."
        ) { text in
            let bytes = text.utf8
            let isPlain = bytes.allSatisfy { (0x20...0x7E).contains($0) || $0 == 0x0A || $0 == 0x0D }
            let isFramed = text.contains("-----BEGIN CERTIFICATE-----") && text.contains("-----END CERTIFICATE-----")
            return bytes.count <= 65_536 && isPlain && isFramed ? text : nil
        }
    }

    /// Any JSON object of at most 4,096 bytes in its shortest form, as text.
    package static var metadata: Shape {
        Shape { json, pointer throws(FieldFault) in
            guard json.asObject != nil else { throw .type(pointer, "an object") }
            let text = json.text
            guard text.utf8.count <= 4096 else {
                throw .value(pointer, "This is longer than 4096 bytes in its shortest form.", fix: "Send less.")
            }
            return text
        }
    }
}

/// Whether a character may stand in a text: anything but the control characters (general category Cc).
package func isShown(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value)
}
