// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys
import TestKit
import Testing

@testable import DataPlane

@Suite("Bad keys of one address") struct SourceGateTests {
    private static let minute: UInt64 = 60_000_000_000
    private static let bad = Array("acme_live_bad".utf8)
    private static let good = Array("acme_live_good".utf8)

    private static func address(_ text: String) -> IPAddress { IPAddress(text)! }

    private static func flooded(_ gate: SourceGate, from address: IPAddress, at tick: UInt64, count: Int = 10) {
        for _ in 0..<count { gate.note(.unknown, bad.span, from: address, tick: tick) }
    }

    @Test("so many are looked at, then none, and one more comes back with time")
    func forgiven() {
        let gate = SourceGate(perMinute: 10, sparing: [])
        let address = Self.address("198.51.100.7")
        for shown in 0..<10 {
            #expect(gate.admits(key: Self.bad, from: address, tick: 1), "\(shown) were shown before")
            gate.note(.malformed, Self.bad.span, from: address, tick: 1)
        }
        #expect(!gate.admits(key: Self.bad, from: address, tick: 1))
        #expect(!gate.admits(key: Self.bad, from: address, tick: Self.minute / 10))
        #expect(gate.admits(key: Self.bad, from: address, tick: Self.minute / 10 + 2))
        #expect(gate.admits(key: Self.bad, from: Self.address("198.51.100.8"), tick: 1), "others are not concerned")
    }

    @Test("a key that was good from there lately still passes; one that was not must wait")
    func neighbours() {
        let gate = SourceGate(perMinute: 10, sparing: [])
        let address = Self.address("198.51.100.7")
        gate.note(.unknown, Self.bad.span, from: address, tick: 1)
        gate.note(.valid(.none), Self.good.span, from: address, tick: 1)
        Self.flooded(gate, from: address, at: 1)
        #expect(gate.admits(key: Self.good, from: address, tick: 1))
        #expect(!gate.admits(key: Array("acme_live_other".utf8), from: address, tick: 1))
    }

    @Test("a customer's whole IPv6 network is one address")
    func network() {
        let gate = SourceGate(perMinute: 10, sparing: [])
        Self.flooded(gate, from: Self.address("2001:db8:1:2::1"), at: 1)
        #expect(!gate.admits(key: Self.bad, from: Self.address("2001:db8:1:2:ffff::9"), tick: 1))
        #expect(gate.admits(key: Self.bad, from: Self.address("2001:db8:1:3::1"), tick: 1))
    }

    @Test("gateways are spared, unknown addresses too, and there may be no limit at all")
    func spared() {
        let gate = SourceGate(perMinute: 1, sparing: Server.loopback)
        Self.flooded(gate, from: Self.address("127.0.0.1"), at: 1)
        #expect(gate.admits(key: Self.bad, from: Self.address("127.0.0.1"), tick: 1))
        #expect(gate.admits(key: Self.bad, from: nil, tick: 1))
        let open = SourceGate(perMinute: nil, sparing: [])
        Self.flooded(open, from: Self.address("198.51.100.7"), at: 1)
        #expect(open.admits(key: Self.bad, from: Self.address("198.51.100.7"), tick: 1))
    }

    @Test("more addresses than are remembered are forgotten, not kept")
    func bounded() {
        let gate = SourceGate(perMinute: 1, sparing: [])
        for number in 0..<10_000 {
            gate.note(.unknown, Self.bad.span, from: IPAddress(v4: 0xC633_0000 + UInt32(number)), tick: 1)
        }
        #expect(gate.size <= 4096)
    }

    @Test("over a socket: 401 so many times, then 429 with Retry-After, and a known good key goes on")
    func overSocket() async throws {
        var maker = KeyMaker(seed: 50)
        let key = maker.key()
        let bad = String(decoding: maker.secretText(), as: UTF8.self)
        try await Server.with(maker.setting + [.key(key.key)], badKeysPerMinute: 3) { server in
            func ask(_ key: String, _ query: String = "") async throws -> Answer {
                try await server.ask(
                    "GET /v1/authorize\(query) HTTP/1.1\r\nHost: x\r\nX-API-Key: \(key)\r\n"
                        + "X-Forwarded-For: 198.51.100.7\r\n\r\n")
            }
            #expect(try await ask(bad).status == 401)
            #expect(try await ask(key.string).status == 200)
            for _ in 1..<3 { #expect(try await ask(bad).status == 401) }
            let refused = try await ask(bad)
            #expect(refused.status == 429 && refused.code == "rate_limited" && refused["retry-after"] == "20")
            #expect(try await ask(bad, "?status=nginx")["x-bitting-status"] == "429")
            #expect(try await ask(key.string).status == 200)
        }
    }
}

extension SourceGate {
    fileprivate func admits(key: [UInt8], from address: IPAddress?, tick: UInt64) -> Bool {
        admits(key.span, from: address, tick: tick)
    }
}
