// SPDX-License-Identifier: Apache-2.0
import Egress
import NIOCore
import Testing

@Suite("A credential that a provider sends back")
struct EchoScrubberTests {
    static let value = #"sk-"\/+%=& Zq07~held.value"#

    private static func matcher(_ values: [String], encoded: [String] = []) -> EchoMatcher {
        var bytes = values.map { Array($0.utf8) }
        var texts = encoded.map { Array($0.utf8) }
        return EchoMatcher(wiping: &bytes, encoded: &texts)
    }

    /// What comes out of pieces, and what was found first.
    private static func scrubbed(_ pieces: [[UInt8]], _ matcher: EchoMatcher) -> (text: String, form: EchoForm?) {
        var scrubber = EchoScrubber(matcher)
        var out = ByteBuffer()
        for piece in pieces { out.writeImmutableBuffer(scrubber.scrub(ByteBuffer(bytes: piece))) }
        out.writeImmutableBuffer(scrubber.finish())
        return (String(buffer: out), scrubber.found)
    }

    /// The value in each writing that is looked for.
    static let writings: [(EchoForm, String)] = {
        let bytes = Array(value.utf8)
        func each(_ text: (UInt8) -> String) -> String { bytes.map(text).joined() }
        func escaped(_ byte: UInt8, _ isLetter: (UInt8) -> Bool, _ text: (UInt8) -> String) -> String {
            isLetter(byte) ? String(Unicode.Scalar(byte)) : text(byte)
        }
        func isUnreserved(_ byte: UInt8) -> Bool {
            Unicode.Scalar(byte).properties.isAlphabetic || (0x30...0x39).contains(byte) || "-._~".utf8.contains(byte)
        }
        func hex(_ byte: UInt8, _ isUpper: Bool) -> String {
            let text = (byte < 16 ? "0" : "") + String(byte, radix: 16)
            return isUpper ? text.uppercased() : text
        }
        var all: [(EchoForm, String)] = [(.plain, value)]
        for isUpper in [false, true] {
            all.append((.hexadecimal, each { hex($0, isUpper) }))
            all.append((.percent, each { "%" + hex($0, isUpper) }))
            all.append((.json, each { "\\u00" + hex($0, isUpper) }))
            all.append((.percent, each { escaped($0, isUnreserved) { "%" + hex($0, isUpper) } }))
            all.append((.percent, each { escaped($0, isUnreserved) { $0 == 0x20 ? "+" : "%" + hex($0, isUpper) } }))
            all.append(
                (.percent, each { escaped($0, { isUnreserved($0) || $0 == 0x2F }) { "%" + hex($0, isUpper) } }))
            all.append((.json, each { $0 == 0x26 ? "\\u00" + hex($0, isUpper) : json($0, slashes: true) }))
        }
        all.append((.json, each { json($0, slashes: false) }))
        all.append((.json, each { json($0, slashes: true) }))
        return all
    }()

    private static func json(_ byte: UInt8, slashes: Bool) -> String {
        let text = String(Unicode.Scalar(byte))
        return byte == 0x22 || byte == 0x5C || slashes && byte == 0x2F ? "\\" + text : text
    }

    @Test("is replaced in each writing, by as many stars, wherever the pieces are cut", arguments: writings)
    func everyWriting(form: EchoForm, text: String) {
        let matcher = Self.matcher([Self.value])
        let whole = Array("before \(text) after".utf8)
        let expected = "before \(String(repeating: "*", count: text.utf8.count)) after"
        for cut in 0...whole.count {
            let (out, found) = Self.scrubbed([Array(whole[..<cut]), Array(whole[cut...])], matcher)
            #expect(out == expected && found == form, "cut at \(cut)")
        }
        let (bytewise, found) = Self.scrubbed(whole.map { [$0] }, matcher)
        #expect(bytewise == expected && found == form)
    }

    @Test(
        "is replaced in base 64 wherever it lies among other bytes, but for what the neighbours share", arguments: 0..<6
    )
    func base64(shift: Int) {
        let value = "abcdefghij>>>???klmnop"
        let bytes = Array(repeating: UInt8(0x21), count: shift) + Array(value.utf8) + Array("tail".utf8)
        let standard = Self.base64(bytes)
        let url = standard.map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 }.map(String.init).joined()
        let slashed = standard.replacing("/", with: "\\/")
        let percent = standard.replacing("/", with: "%2F").replacing("+", with: "%2b")
        let matcher = Self.matcher([value])
        #expect(standard.contains("+") || standard.contains("/"))
        for text in [standard, url, slashed, percent] {
            for cut in 0...text.utf8.count {
                let whole = Array(text.utf8)
                let (out, found) = Self.scrubbed([Array(whole[..<cut]), Array(whole[cut...])], matcher)
                #expect(out.utf8.count == text.utf8.count && found == .base64)
                // All but at most one character at either end.
                let first = shift * 8 / 6 + 1
                let last = (shift + value.utf8.count) * 8 / 6
                let stars = out.utf8.count { $0 == 0x2A }
                #expect(stars >= last - first)
                #expect(out.hasPrefix(String(text.prefix(shift * 8 / 6))))
            }
        }
    }

    static func base64(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        var text = ""
        var (pool, bits) = (0, 0)
        for byte in bytes {
            pool = (pool << 8 | Int(byte)) & 0xFFFF
            bits += 8
            while bits >= 6 {
                bits -= 6
                text.append(alphabet[pool >> bits & 63])
            }
        }
        if bits > 0 { text.append(alphabet[pool << (6 - bits) & 63]) }
        while text.count % 4 != 0 { text.append("=") }
        return text
    }

    @Test("what stands encoded in the request is replaced whole, and so is each of several values")
    func several() {
        let pair = Self.base64(Array("user-name:pass/word?>".utf8))
        let matcher = Self.matcher(["pass/word?>", "user-name"], encoded: [pair])
        let text = "\(pair) user-name \(pair.replacing("/", with: "_")) pass%2Fword%3F%3E pass/word?>user-name"
        let (out, _) = Self.scrubbed([Array(text.utf8)], matcher)
        #expect(out.utf8.allSatisfy { $0 == 0x2A || $0 == 0x20 }, "\(out)")
        #expect(out.utf8.count == text.utf8.count)
    }

    @Test("values that overlap, repeat or contain each other are all replaced", arguments: [1, 2, 3, 7, 100])
    func overlapping(size: Int) {
        let matcher = Self.matcher(["abcabc", "abcabcabcd", "cabcab"])
        let text = Array("xabcabcabcabcdx abcabcabc cabcabd".utf8)
        let pieces = stride(from: 0, to: text.count, by: size).map { Array(text[$0..<min($0 + size, text.count)]) }
        #expect(Self.scrubbed(pieces, matcher).text == "x*************x ********* ******d")
    }

    @Test("what is no credential passes unchanged, however near it comes", arguments: [1, 5, 64, 4096])
    func innocent(size: Int) {
        var random = Seeded(state: 7)
        let matcher = Self.matcher([Self.value, "abcdef"])
        let near = [
            "abcde", "abcdeg", "bcdef", "%61%62%63", "\\u0061\\u0062", "616263", "sk-\\\"\\\\", "YWJjZG", "%", "\\u0",
        ]
        var text = ""
        while text.utf8.count < 3000 {
            text += near.randomElement(using: &random) ?? ""
            text += random.next() % 3 == 0 ? " " : "!"
        }
        let bytes = Array(text.utf8)
        let pieces = stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
        let (out, found) = Self.scrubbed(pieces, matcher)
        #expect(out == text && found == nil)
    }

    @Test("the fast search finds exactly what trying every place finds")
    func againstPlainSearch() {
        var random = Seeded(state: 11)
        for _ in 0..<300 {
            let value = (0..<Int.random(in: 6...14, using: &random)).map { _ in
                "ab/".utf8.randomElement(using: &random) ?? 0
            }
            let matcher = Self.matcher([String(decoding: value, as: UTF8.self)])
            let text = (0..<400).map { _ in "ab/".utf8.randomElement(using: &random) ?? 0 }
            var expected = text
            for start in 0...(text.count - value.count) where text[start...].starts(with: value) {
                for index in start..<(start + value.count) { expected[index] = 0x2A }
            }
            let cut = Int.random(in: 0...text.count, using: &random)
            let (out, _) = Self.scrubbed([Array(text[..<cut]), Array(text[cut...])], matcher)
            #expect(out == String(decoding: expected, as: UTF8.self))
        }
    }

    @Test("only what could be the beginning of a value is held back")
    func heldBack() {
        var scrubber = EchoScrubber(Self.matcher(["secret-value"]))
        #expect(String(buffer: scrubber.scrub(ByteBuffer(string: "a token"))) == "a token")
        #expect(String(buffer: scrubber.scrub(ByteBuffer(string: "one sec"))) == "one ")
        #expect(String(buffer: scrubber.scrub(ByteBuffer(string: "ond"))) == "second")
        #expect(String(buffer: scrubber.scrub(ByteBuffer(string: "x secret-valu"))) == "x ")
        #expect(String(buffer: scrubber.scrub(ByteBuffer(string: "e!"))) == "************!")
        #expect(String(buffer: scrubber.scrub(ByteBuffer(string: "secret"))) == "")
        #expect(String(buffer: scrubber.finish()) == "secret")
        #expect(String(buffer: scrubber.scrub(ByteBuffer(string: "secret"), isLast: true)) == "secret")
    }

    @Test("values shorter than six bytes are not looked for, nor is nothing", arguments: [[], [""], ["abcde"]])
    func short(values: [String]) {
        let matcher = Self.matcher(values)
        #expect(matcher.isEmpty)
        #expect(Self.scrubbed([Array("abcde".utf8)], matcher).text == "abcde")
    }

    @Test(
        "values of any bytes and length are found",
        arguments: ["&=/+%\"", "%%%%%%%%", "\\\\\\\\\\\\\\\\", "//////", "      x"])
    func odd(value: String) {
        let matcher = Self.matcher([value])
        let (out, found) = Self.scrubbed([Array("<\(value)>".utf8)], matcher)
        #expect(out == "<\(String(repeating: "*", count: value.utf8.count))>" && found == .plain)
        let percent = value.utf8.map { "%" + String($0, radix: 16) }.joined()
        #expect(Self.scrubbed([Array(percent.utf8)], matcher).text.allSatisfy { $0 == "*" })
    }

    @Test("a value longer than a page is replaced piece by piece")
    func long() {
        var random = Seeded(state: 3)
        let value = String(
            (0..<9000).map { _ in Character(Unicode.Scalar(UInt8.random(in: 0x30...0x39, using: &random))) })
        let (out, _) = Self.scrubbed([Array("x\(value)x".utf8)], Self.matcher([value]))
        #expect(out.utf8.count == 9002 && out.utf8.count { $0 == 0x2A } == 9000)
    }

    @Test("bytes that are there as a whole are looked through from an offset on, in place")
    func whole() {
        var scrubber = EchoScrubber(Self.matcher(["secret-value"]))
        var bytes = ByteBuffer(string: "__secret-value X: secret-value")
        bytes.moveReaderIndex(forwardBy: 2)
        scrubber.scrub(whole: &bytes, from: 3)
        #expect(String(buffer: bytes) == "secret-value X: ************")
    }
}
