// SPDX-License-Identifier: Apache-2.0
internal import HeldKeys

extension Shape where Value == String {
    /// The address of a page for people: `https`, 500 characters at most.
    package static var webPage: Shape {
        parsed("This is not the address of a page.", fix: "Send an https:// address of at most 500 characters.") {
            isWebPage($0) ? $0 : nil
        }
    }

    private static func isWebPage(_ text: String) -> Bool {
        let scheme = "https://"
        guard text.utf8.count <= 500, text.hasPrefix(scheme), text.utf8.allSatisfy(isURLByte) else { return false }
        let host = text.dropFirst(scheme.count).prefix { !"/?#".contains($0) }
        return Origin(scheme + host) != nil
    }

    /// What can stand in a URL (RFC 3986 section 2), besides brackets.
    static func isURLByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x21, 0x23...0x3B, 0x3D, 0x3F...0x5A, 0x5F, 0x61...0x7A, 0x7E: true
        default: false
        }
    }
}
