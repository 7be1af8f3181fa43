// SPDX-License-Identifier: Apache-2.0
import Secrets
import TestKit
import Testing

@Suite struct Base64TextTests {
    /// RFC 4648, section 10.
    static let vectors = [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ]

    @Test("the RFC's vectors, both ways", arguments: vectors)
    func vector(_ plain: String, _ text: String) {
        #expect(Base64Text.text(Array(plain.utf8)) == text)
        #expect(Base64Text.bytes(text) == Array(plain.utf8))
    }

    @Test("bytes of every length come back")
    func roundTrip() {
        var random = Seeded(64)
        for count in 0..<200 {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            #expect(Base64Text.bytes(Base64Text.text(bytes)) == bytes)
        }
    }

    @Test(
        "a second text for the same bytes is refused, and what is no base 64",
        arguments: [
            "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Z===", "====", "=", "Zm9v\n", "Zm 9", "Zm-_", "Zg==Zg==", "Zm9vé",
        ])
    func refused(_ text: String) {
        #expect(Base64Text.bytes(text) == nil)
    }
}
