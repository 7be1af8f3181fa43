// SPDX-License-Identifier: Apache-2.0
import Access
import Secrets
import TestKit
import Testing

@Suite struct SignedNoteTests {
    /// The example of the signed-note format that its other implementations test with.
    private static let key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    private static let text = """
        If you think cryptography is the answer to your problem,
        then you don't know what your problem is.

        """
    private static let note =
        text + """

            — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=

            """

    private static func signer(_ byte: UInt8) -> NoteSigner {
        NoteSigner(installation: SigningKey(seed: Secret(copying: [UInt8](repeating: byte, count: 32).span)))
    }

    private static func parse(_ text: String) throws -> SignedNote { try SignedNote(parsing: Array(text.utf8)) }

    @Test("the known note is signed by the known key, and both are written as they were read")
    func known() throws {
        let key = try #require(VerifierKey(Self.key))
        let note = try Self.parse(Self.note)
        #expect(note.isSigned(by: key))
        #expect(note.text == Self.text)
        #expect(note.description == Self.note)
        #expect(key.description == Self.key)
        #expect(key.name == "PeterNeumann")
    }

    @Test("with any one character of the text changed it is not signed any more")
    func altered() throws {
        let key = try #require(VerifierKey(Self.key))
        let bytes = Array(Self.note.utf8)
        for position in 0..<Self.text.utf8.count where bytes[position] != 0x0A {
            var altered = bytes
            altered[position] = altered[position] == 0x78 ? 0x79 : 0x78
            #expect(!(try SignedNote(parsing: altered)).isSigned(by: key))
        }
    }

    @Test("another key's signature counts for nothing, also under the same name")
    func otherKey() throws {
        let (one, other) = (Self.signer(1), Self.signer(2))
        let note = one.sign("text\n")
        #expect(note.isSigned(by: one.verifier))
        #expect(!note.isSigned(by: other.verifier))
        let impostor = Self.signer(2).sign("text\n").description
            .replacing(other.verifier.name, with: one.verifier.name)
        #expect(!(try Self.parse(impostor)).isSigned(by: one.verifier))
    }

    @Test("a signature of somebody else beside ours does no harm")
    func cosigned() throws {
        let (one, other) = (Self.signer(1), Self.signer(2))
        let lines = one.sign("text\n").description + other.sign("text\n").description.dropFirst("text\n\n".count)
        let note = try Self.parse(lines)
        #expect(note.signatures.count == 2)
        #expect(note.isSigned(by: one.verifier))
        #expect(note.isSigned(by: other.verifier))
        #expect(note.description == lines)
    }

    private static let line = "— name AAAAAAA="
    static let faults: [(String, NoteFault)] = [
        ("", .cutShort), ("text\n", .cutShort), ("text\n\n", .cutShort), ("text\n\n\(line)", .cutShort),
        ("\n\n\(line)\n", .text), ("te\u{7}xt\n\n\(line)\n", .text), ("text\r\n\n\(line)\n", .text),
        ("text\n\n- name AAAAAAA=\n", .signature), ("text\n\n— name\n", .signature),
        ("text\n\n— na+me AAAAAAA=\n", .signature), ("text\n\n— name AAAA\n", .signature),
        ("text\n\n— name AAAAAAA\n", .signature), ("text\n\n— name AAAAAAA= more\n", .signature),
        ("text\n\n\(line)\n\n", .signature), ("text\n\n\(line)\nmore\n", .signature),
    ]

    @Test("what is no note is refused with what is wrong", arguments: faults)
    func refused(_ text: String, _ fault: NoteFault) {
        #expect(throws: fault) { try Self.parse(text) }
    }

    @Test("a note cut at any byte is refused, or at least not signed")
    func cut() throws {
        let key = try #require(VerifierKey(Self.key))
        let bytes = Array(Self.note.utf8)
        for end in 0..<bytes.count {
            #expect((try? SignedNote(parsing: Array(bytes[..<end])))?.isSigned(by: key) != true, "\(end)")
        }
    }

    @Test(
        "a key that is not written as one is refused",
        arguments: [
            "", "name", "name+c74f20a3", "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            "PeterNewmann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            "PeterNeumann+c74f20a3+Ahpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy1w==",
        ])
    func keyRefused(_ text: String) {
        #expect(VerifierKey(text) == nil)
    }

    @Test("an installation's key is named after itself and is read back from its text")
    func installation() throws {
        let verifier = Self.signer(1).verifier
        #expect(verifier.name == "bitting/" + Hexadecimal.text(Array(verifier.key.bytes.prefix(4))))
        #expect(VerifierKey(verifier.description) == verifier)
    }

    @Test("on a line of a log a note is found, whatever stands before and behind it")
    func onALine() {
        let note = Array(Self.note.utf8)
        let line = NoteLine.text(of: Self.note)
        #expect(!line.contains("\n"))
        for log in [
            line, "<110>Nov  3 09:05:07 bitting[1]: " + line, "x " + line + " y", #"{"MESSAGE":""# + line + #""}"#,
        ] {
            #expect(NoteLine.note(in: Array(log.utf8)) == note)
        }
        #expect(NoteLine.note(in: Array("bitting-checkpoint".utf8)) == nil)
        #expect(NoteLine.note(in: Array("something else".utf8)) == nil)
        #expect(NoteLine.note(in: [0xFF] + Array(line.utf8)) == nil)
    }
}
