// SPDX-License-Identifier: Apache-2.0
@testable import Wire

/// A parsed request as plain text, to compare and to print.
struct PlainRequest: Equatable, CustomStringConvertible {
    var method: String
    var target: String
    var minorVersion: Int
    var fields: [[String]]

    init(method: String, target: String, minorVersion: Int, fields: [[String]]) {
        self.method = method
        self.target = target
        self.minorVersion = minorVersion
        self.fields = fields
    }

    init(_ head: RequestHead, in bytes: [UInt8]) {
        let span = bytes.span
        method = span.text(head.method)
        target = span.text(head.target)
        minorVersion = head.minorVersion
        fields = head.fields.map { [span.text($0.name), span.text($0.value)] }
    }

    var description: String { "\(method) \(target) 1.\(minorVersion) \(fields)" }
}

func parseRequest(_ text: String) -> HeadOutcome {
    var parser = HeadParser()
    return parser.parseRequest(Array(text.utf8))
}

func parseResponse(_ text: String, answersHEAD: Bool = false) -> HeadOutcome {
    var parser = HeadParser()
    return parser.parseResponse(Array(text.utf8), answersHEAD: answersHEAD)
}

/// A whole request head around the given lines.
func request(_ lines: String...) -> String {
    (["GET / HTTP/1.1", "Host: a"] + lines).map { $0 + "\r\n" }.joined() + "\r\n"
}

func response(_ lines: String...) -> String {
    (["HTTP/1.1 200 OK"] + lines).map { $0 + "\r\n" }.joined() + "\r\n"
}

/// Valid heads of every kind, from a seed.
struct HeadMaker {
    var random: Seeded

    init(seed: UInt64) {
        random = Seeded(seed)
    }

    mutating func head() -> [UInt8] {
        let minor = random.chance(4) ? 0 : 1
        var lines = [Array("\(random.pick(methods)) ".utf8) + target() + Array(" HTTP/1.\(minor)".utf8)]
        if minor == 1 || random.chance(2) { lines.append(Array("\(cased("host")): shop.example:7100".utf8)) }
        for _ in 0..<random.below(12) { lines.append(field()) }
        switch random.below(4) {
        case 0: lines.append(Array("\(cased("content-length")): \(random.below(1_000_000))".utf8))
        case 1 where minor == 1: lines.append(Array("\(cased("transfer-encoding")):chunked".utf8))
        default: break
        }
        return lines.flatMap { $0 + [13, 10] } + [13, 10]
    }

    private let methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "PROPFIND", "PURGE", "MKCOL"]
    private let names = [
        "authorization", "x-api-key", "cookie", "connection", "x-original-uri", "x-forwarded-for", "accept", "expect",
        "x-bitting-key-id", "via", "te", "user-agent", "x",
    ]

    private mutating func target() -> [UInt8] {
        [0x2f] + random.bytes(0...60, from: Array(0x21...0x7e).filter { $0 != 0x23 })
    }

    private mutating func field() -> [UInt8] {
        let token = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~".utf8)
        let known = Array(cased(random.pick(names)).utf8)
        let name = random.chance(3) ? Array("q".utf8) + random.bytes(0...30, from: token) : known
        let blank = random.bytes(0...3, from: [0x20, 0x09])
        let value = random.bytes(0...40, from: Array(0x20...0x7e) + Array(0x80...0xff) + [0x09])
        return name + [0x3a] + blank + value + random.bytes(0...2, from: [0x20, 0x09])
    }

    private mutating func cased(_ name: String) -> String {
        String(String.UnicodeScalarView(name.unicodeScalars.map { random.chance(2) ? upper($0) : $0 }))
    }

    private func upper(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        scalar.properties.uppercaseMapping.unicodeScalars.first ?? scalar
    }
}
