// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys
import Metering
import NIOCore
import TestKit
import Testing

/// gRPC over the data port, by the bytes. What answers say in full is held against Google's own reading in the system
/// tests.
@Suite struct CheckTests {
    private typealias F = FrameText

    private static func part(_ number: UInt8, _ body: [UInt8]) -> [UInt8] {
        let count = body.count
        return [number << 3 | 2] + (count < 128 ? [UInt8(count)] : [UInt8(count & 127) | 128, UInt8(count >> 7)]) + body
    }

    private static func asking(_ key: String) -> [UInt8] {
        let header = part(3, part(1, Array("authorization".utf8)) + part(2, Array("Bearer \(key)".utf8)))
        return part(1, part(4, part(2, part(2, Array("GET".utf8)) + header + part(4, [0x2F]))))
    }

    /// The messages of streams that ended well, and how the others ended.
    private static func answers(_ client: Client, _ count: Int) async throws -> [UInt32: [UInt8]] {
        try await client.waitsForStreams(count)
    }

    @Test("calls over one connection, in pieces, beside HTTP/1.1 on the same port")
    func calls() async throws {
        var maker = KeyMaker(seed: 60)
        let key = maker.key("a:b")
        try await Server.with(maker.setting + [.key(key.key)]) { (server) async throws in
            let client = try await Client(port: server.port)
            let bytes =
                F.preface + F.settings + F.call(1, Self.asking(key.string)) + F.call(3, Self.asking("x"))
                + F.call(5, [], path: "/grpc.health.v1.Health/Check") + F.call(7, [0x08])
            for start in stride(from: 0, to: bytes.count, by: 7) {
                try await client.send(Array(bytes[start...].prefix(7)))
            }
            let answers = try await Self.answers(client, 4)
            #expect(answers[1].map { Array($0.dropFirst(5).prefix(3)) } == [0x0A, 0x00, 0x1A])
            #expect(answers[1].map { String(decoding: $0, as: UTF8.self).contains(key.key.id.description) } == true)
            #expect(answers[3].map { Array($0.dropFirst(5).prefix(5)) } == [0x0A, 0x02, 0x08, 0x10, 0x12])
            #expect(answers[5] == [0, 0, 0, 0, 2, 0x08, 0x01])
            #expect(answers[7] == Array("3".utf8))
            #expect(try await server.ask("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").status == 200)
            client.close()
        }
    }

    @Test("calls that wait for a lease spend exactly what there is, and others go on beside them")
    func leases() async throws {
        var maker = KeyMaker(seed: 61)
        let bank = Bank(Quota(amount: 30)!)
        let metered = maker.key { $0.quota = Quota(amount: 30) }
        let plain = maker.key()
        let changes = maker.setting + [.key(metered.key), .key(plain.key)]
        try await Server.with(changes, meters: bank.meters, lender: bank) { (server) async throws in
            let client = try await Client(port: server.port)
            var bytes = F.preface + F.settings
            for number in 0..<100 as Range<UInt32> {
                bytes += F.call(number * 2 + 1, Self.asking(number.isMultiple(of: 2) ? metered.string : plain.string))
            }
            try await client.send(bytes)
            let answers = try await Self.answers(client, 100)
            let allowed = answers.filter { $0.value.dropFirst(5).prefix(3) == [0x0A, 0x00, 0x1A] }.keys
            #expect(allowed.count { ($0 - 1) / 2 % 2 == 0 } == 30 && allowed.count { ($0 - 1) / 2 % 2 == 1 } == 50)
            client.close()
        }
    }

    @Test("a lender that is broken ends the call as unavailable")
    func broken() async throws {
        var maker = KeyMaker(seed: 62)
        let bank = Bank(Quota(amount: 3)!, isBroken: true)
        let key = maker.key { $0.quota = Quota(amount: 3) }
        try await Server.with(maker.setting + [.key(key.key)], meters: bank.meters, lender: bank) {
            (server) async throws in
            let client = try await Client(port: server.port)
            try await client.send(F.preface + F.settings + F.call(1, Self.asking(key.string)))
            #expect(try await Self.answers(client, 1)[1] == Array("14".utf8))
            client.close()
        }
    }

    @Test("what only resembles the preface is refused as HTTP/1.1, and a fault of the connection closes it")
    func openings() async throws {
        try await Server.with([]) { (server) async throws in
            let rows: [([UInt8], String)] = [
                (Array("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n".utf8), "HTTP/1.1 505"),
                (Array("PRI /x HTTP/1.1\r\nHost: x\r\n\r\n".utf8), "HTTP/1.1 404"),
            ]
            for (bytes, begin) in rows {
                let client = try await Client(port: server.port)
                try await client.send(bytes)
                #expect(try await client.interim().hasPrefix(begin))
                client.close()
            }
            let client = try await Client(port: server.port)
            try await client.send(F.preface + F.frame(0, 1, 1, [1]))
            #expect(F.read(try await client.rest()).last?.description == "goaway 1")
        }
    }
}

extension Client {
    /// Waits until so many streams have ended; the message of each, or its `grpc-status` where it had none.
    fileprivate func waitsForStreams(_ count: Int) async throws -> [UInt32: [UInt8]] {
        try await take { bytes, _ in
            var answers: [UInt32: [UInt8]] = [:]
            var ended: Set<UInt32> = []
            for frame in FrameText.read(bytes) {
                if frame.type == 0 { answers[frame.stream, default: []] += frame.body }
                guard frame.type == 1, frame.flags & 1 == 1 else { continue }
                ended.insert(frame.stream)
                if answers[frame.stream] == nil, let mark = frame.text.firstRange(of: "grpc-status") {
                    let rest = Array(frame.text[mark.upperBound...].utf8)
                    answers[frame.stream] = Array(rest[1..<(1 + Int(rest[0]))])
                }
            }
            return ended.count == count ? answers : nil
        }
    }
}
