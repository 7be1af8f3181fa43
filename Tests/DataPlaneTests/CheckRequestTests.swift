// SPDX-License-Identifier: Apache-2.0
import Access
import TestKit
import Testing
import Wire

@testable import DataPlane

/// `CheckRequest` as bytes: what is read of it, and that nothing else can be made of it than what stands there.
@Suite struct CheckRequestTests {
    /// A field with a length.
    private static func part(_ number: UInt8, _ body: [UInt8]) -> [UInt8] {
        let count = body.count
        return [number << 3 | 2] + (count < 128 ? [UInt8(count)] : [UInt8(count & 127) | 128, UInt8(count >> 7)]) + body
    }

    private static func text(_ number: UInt8, _ text: String) -> [UInt8] { part(number, Array(text.utf8)) }
    private static func entry(_ number: UInt8, _ name: String, _ value: String) -> [UInt8] {
        part(number, text(1, name) + text(2, value))
    }

    private static func message(
        http: [UInt8], address: String = "192.0.2.7", extensions: [(String, String)] = [("scope", "a:b")]
    ) -> [UInt8] {
        let source = part(1, part(1, part(1, [0x08, 0x00] + text(2, address) + [0x18, 0x50])) + text(4, "spiffe"))
        let asked = extensions.flatMap { entry(10, $0.0, $0.1) }
        return part(1, source + part(4, part(1, [0x08, 0x01]) + part(2, http)) + asked + part(13, [1, 2, 3]))
    }

    private static let http =
        text(1, "id") + text(2, "POST") + entry(3, "authorization", "Bearer k") + entry(3, "user-agent", " curl ")
        + text(4, "/labels?x=1") + text(5, "host") + [0x48, 0x05]

    private static func read(_ bytes: [UInt8]) throws -> CheckRequest {
        var request = CheckRequest()
        try request.read(bytes.span, Slice(start: 0, end: bytes.count))
        return request
    }

    private static func text(_ range: Range<Int>?, _ bytes: [UInt8]) -> String? {
        range.map { String(decoding: bytes[$0], as: UTF8.self) }
    }

    @Test("method, path, address, headers and options are where Envoy puts them")
    func whole() throws {
        let bytes = Self.message(
            http: Self.http, extensions: [("scope", "a:b AND c:d"), ("cost", "7"), ("tag", "t"), ("principal", "1")])
        let request = try Self.read(bytes)
        #expect(Self.text(request.method, bytes) == "POST" && Self.text(request.target, bytes) == "/labels?x=1")
        #expect(request.address == IPAddress("192.0.2.7"))
        #expect(Self.text(request.options.scope, bytes) == "a:b AND c:d" && request.options.cost == 7)
        #expect(request.options.tags.map { Self.text($0, bytes) } == ["t"] && request.options.wantsPrincipal)
        let fields = request.fields.map { bytes.span.text($0.name) + "=" + bytes.span.text($0.value) }
        #expect(fields == ["authorization=Bearer k", "user-agent=curl"])
    }

    @Test("one message leaves nothing behind for the next")
    func again() throws {
        var request = CheckRequest()
        let bytes = Self.message(http: Self.http)
        try request.read(bytes.span, Slice(start: 0, end: bytes.count))
        try request.read(bytes.span, Slice(start: 0, end: 0))
        #expect(request.method == nil && request.target == nil && request.address == nil && request.fields.isEmpty)
        #expect(request.options.scope == nil && request.options.isReadable)
    }

    @Test(
        "an option that is not known, given twice or out of bounds is never passed over",
        arguments: [
            [("scopes", "a:b")], [("scope", "a:b"), ("scope", "c:d")], [("cost", "")], [("cost", "99999999999")],
            [("tag", "")], [("principal", "yes")], [("", "")],
        ])
    func options(extensions: [(String, String)]) throws {
        #expect(try !Self.read(Self.message(http: Self.http, extensions: extensions)).options.isReadable)
    }

    @Test("a header with both kinds of value, and more headers than are taken, are refused")
    func headers() {
        let both = Self.part(13, Self.part(1, Self.text(1, "a") + Self.text(2, "b") + Self.text(3, "c")))
        #expect(throws: ProtoFault.self) { try Self.read(Self.message(http: both)) }
        let many = (0...CheckRequest.mostFields).flatMap { _ in Self.entry(3, "a", "b") }
        #expect(throws: ProtoFault.self) { try Self.read(Self.message(http: many)) }
    }

    @Test("with bytes changed, cut or put in, reading ends, and every range lies within the message", arguments: 0..<40)
    func mutations(seed: UInt64) {
        var random = Seeded(seed)
        let whole = Self.message(
            http: Self.http + Self.part(13, Self.part(1, Self.text(1, "x-api-key") + Self.text(3, "k"))))
        for _ in 0..<500 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<max(1, bytes.count), using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes.removeLast(min(bytes.count, Int.random(in: 0...9, using: &random)))
                case 1: bytes.insert(UInt8.random(in: 0...255, using: &random), at: min(place, bytes.count))
                case 2: if place < bytes.count { bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &random) }
                default: if place < bytes.count { bytes[place] = UInt8.random(in: 0...255, using: &random) }
                }
            }
            guard let request = try? Self.read(bytes) else { continue }
            for range in [request.method, request.target, request.options.scope] + request.options.tags {
                if let range { #expect(range.lowerBound >= 0 && range.upperBound <= bytes.count) }
            }
            for field in request.fields { #expect(field.name.end <= bytes.count && field.value.end <= bytes.count) }
        }
    }
}
