// SPDX-License-Identifier: Apache-2.0
import HeldKeys
import Access
import Egress
import NIOCore
import NIOPosix
import Testing

@Suite("Dialing")
struct DialTests {
    private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    @Test("a special address is refused before anything is dialed, however the host names it")
    func refusesLiterals() async throws {
        let upstream = try Upstream.answering(Self.ok)
        defer { upstream.close() }
        let client = try Client()
        for (text, reason) in [
            ("127.0.0.1", AddressRefusal.loopback), ("[::1]", .loopback), ("[::ffff:127.0.0.1]", .loopback),
            ("0.0.0.0", .unspecified),
            ("[::]", .unspecified), ("[::127.0.0.1]", .ipv4Compatible), ("[64:ff9b::7f00:1]", .nat64),
            ("169.254.169.254", .linkLocal),
            ("[2002:7f00:1::]", .sixToFour), ("10.0.0.1", .privateUse), ("[fd00:ec2::254]", .uniqueLocal),
        ] {
            let origin = try Origin(parsing: "http://\(text):\(upstream.port)")
            let call = try await client.call(Destination(origin: origin))
            guard case .refusedAddress(_, let found) = call.failure else {
                Issue.record("\(text): \(call)")
                continue
            }
            #expect(found == reason)
        }
    }

    @Test(
        "a name that leads to a special address is refused, also when only one of its addresses does",
        arguments: [
            (["127.0.0.1"], "127.0.0.1", .loopback), (["8.8.8.8", "127.0.0.1"], "127.0.0.1", .loopback),
            (["10.0.0.1", "8.8.8.8"], "10.0.0.1", .privateUse), (["2606:4700::1111", "::1"], "::1", .loopback),
            (["8.8.8.8", "::ffff:169.254.169.254"], "169.254.169.254", .linkLocal),
            (["0.0.0.0"], "0.0.0.0", .unspecified),
        ] as [([String], String, AddressRefusal)])
    func refusesNames(answer: [String], bad: String, reason: AddressRefusal) async throws {
        let client = try Client(resolver: .scripted([answer]))
        let call = try await client.call(.local(host: .name("rebind.example"), port: 80, allowing: []))
        #expect(call.failure == .refusedAddress(try #require(IPAddress(bad)), reason))
    }

    @Test("the address that was checked is the one that is dialed: a name is looked up once for each connection")
    func noRebinding() async throws {
        let upstream = try Upstream.answering(Self.ok, thenClosing: true)
        defer { upstream.close() }
        let lookUps = LookUps()
        // Every second look-up would lead elsewhere.
        let client = try Client(resolver: .scripted([["127.0.0.1"], ["10.0.0.1"]], count: lookUps))
        let destination = Destination.local(
            host: .name("rebind.example"), port: upstream.port, allowing: ["127.0.0.0/8"])
        let first = try await client.call(destination)
        #expect(first.body == "ok")
        #expect(lookUps.count == 1)
        // The upstream closed. Whether the call meets the dying connection or none, the name is asked and checked anew.
        let second = try await client.call(destination)
        #expect(second.failure == .refusedAddress(IPAddress(v4: 0x0a00_0001), .privateUse))
        #expect(lookUps.count == 2)
    }

    @Test("a name that leads nowhere, a resolver that fails and one that hangs are told apart")
    func resolverFailures() async throws {
        let destination = Destination.local(host: .name("a.example"), port: 80)
        let empty = try await Client(resolver: .scripted([[]])).call(destination)
        #expect(empty.failure == .unreachable(.nameNotFound))
        let failing = NameResolver { _, loop in loop.makeFailedFuture(EgressFailure.unreachable(.nameLookup)) }
        #expect(try await Client(resolver: failing).call(destination).failure == .unreachable(.nameLookup))
        var limits = TimeLimits()
        limits.resolve = .milliseconds(20)
        let hung = HungResolver()
        let call = try await Client(resolver: hung.resolver, limits: limits).call(destination)
        #expect(call.failure == .timedOut(.resolve))
        // An answer that comes too late changes nothing.
        hung.answer(["127.0.0.1"])
    }

    @Test("the system's resolver knows localhost and not what cannot exist")
    func systemResolver() async throws {
        let upstream = try Upstream.answering(Self.ok)
        defer { upstream.close() }
        let client = try Client()
        let call = try await client.call(.local(host: .name("localhost"), port: upstream.port))
        #expect(call.body == "ok")
        let none = try await client.call(.local(host: .name("does-not-exist.invalid"), port: upstream.port))
        guard case .unreachable = none.failure else {
            Issue.record("\(none)")
            return
        }
    }

    @Test("the next address is tried when the first does not take the connection")
    func nextAddress() async throws {
        let upstream = try Upstream.answering(Self.ok)
        defer { upstream.close() }
        let client = try Client(resolver: .scripted([["127.0.0.3", "127.0.0.1"]]))
        let call = try await client.call(.local(host: .name("a.example"), port: upstream.port))
        #expect(call.body == "ok")
    }

    @Test("nobody at the port is unreachable")
    func refused() async throws {
        let upstream = try Upstream.answering(Self.ok)
        upstream.close()
        let call = try await Client().call(.local(port: upstream.port))
        #expect(call.failure == .unreachable(.connect))
    }
}

/// A resolver that answers when the test says so.
private final class HungResolver: Sendable {
    private let promise: EventLoopPromise<[IPAddress]>

    init() { promise = NIOSingletons.posixEventLoopGroup.next().makePromise() }

    var resolver: NameResolver {
        let future = promise.futureResult
        return NameResolver { _, loop in future.hop(to: loop) }
    }

    func answer(_ addresses: [String]) { promise.succeed(addresses.compactMap { IPAddress($0) }) }
}
