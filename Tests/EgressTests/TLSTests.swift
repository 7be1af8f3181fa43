// SPDX-License-Identifier: Apache-2.0
import Access
import Egress
import HeldKeys
import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS
import Testing

@Suite("TLS to an upstream")
struct TLSTests {
    private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    private let certificates = TestCertificates.shared
    private let toLoopback = NameResolver.scripted([["127.0.0.1"]])

    private func call(
        _ kind: TestCertificates.Kind, host: Origin.Host = .name("api.example"), trusting authority: String?,
        answer: String = TLSTests.ok, limits: TimeLimits = TimeLimits()
    ) async throws -> Call {
        let upstream = try Upstream.answering(answer, tls: certificates.server(kind))
        defer { upstream.close() }
        let client = try Client(resolver: toLoopback, limits: limits)
        return try await client.call(
            .local(.https, host: host, port: upstream.port, certificateAuthorities: authority))
    }

    @Test(
        "a certificate for the configured host, signed by the provider's own authority, is accepted",
        arguments: [
            (.good, .name("api.example")), (.good, .address(IPAddress(v4: 0x7f00_0001))),
            (.wildcard, .name("a.wild.example")),
        ] as [(TestCertificates.Kind, Origin.Host)])
    func accepted(kind: TestCertificates.Kind, host: Origin.Host) async throws {
        let call = try await call(kind, host: host, trusting: certificates.authority)
        #expect(call.body == "ok")
        #expect(call.failure == nil)
    }

    @Test(
        "any other certificate is refused",
        arguments: [
            (.otherName, .name("api.example")), (.wildcard, .name("wild.example")),
            (.wildcard, .name("a.b.wild.example")),
            (.otherAddress, .address(IPAddress(v4: 0x7f00_0001))), (.otherName, .address(IPAddress(v4: 0x7f00_0001))),
            (.expired, .name("api.example")), (.selfSigned, .name("api.example")),
        ] as [(TestCertificates.Kind, Origin.Host)])
    func refused(kind: TestCertificates.Kind, host: Origin.Host) async throws {
        let call = try await call(kind, host: host, trusting: certificates.authority)
        #expect(call.failure == .unreachable(.certificate))
        #expect(call.status == nil)
    }

    @Test("an authority that is not asked for is not trusted: the system's do not know ours, and another is another")
    func otherAuthorities() async throws {
        #expect(try await call(.good, trusting: nil).failure == .unreachable(.certificate))
        #expect(try await call(.good, trusting: certificates.otherAuthority).failure == .unreachable(.certificate))
    }

    @Test(
        "authorities that cannot be read are an error, not an empty or a wider trust",
        arguments: ["", "x", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
    func unreadableAuthorities(text: String) async throws {
        #expect(!TrustStore.canRead(text))
        #expect(try await call(.good, trusting: text).failure == .unreachable(.certificateAuthorities))
    }

    @Test(
        "a client's certificate is shown to who asks for it, and is one condition of sharing a connection",
        arguments: [true, false])
    func clientCertificate(isShown: Bool) async throws {
        let upstream = try Upstream.answering(Self.ok, tls: certificates.server(.good, askingClients: true))
        defer { upstream.close() }
        let client = certificates.client
        let identity = ClientIdentity(name: "one") { (Array(client.chain.utf8), Array(client.key.utf8)) }
        let destination = Destination.local(
            .https, host: .name("api.example"), port: upstream.port, certificateAuthorities: certificates.authority,
            identity: isShown ? identity : nil)
        let call = try await Client(resolver: toLoopback).call(destination)
        #expect(call.body == (isShown ? "ok" : ""))
        #expect((call.failure == nil) == isShown)
        let other = ClientIdentity(name: "two") { nil }
        #expect(identity != other)
        #expect(
            destination
                == Destination.local(
                    .https, host: .name("api.example"), port: upstream.port,
                    certificateAuthorities: certificates.authority,
                    identity: isShown ? identity : nil))
        #expect(
            destination
                != Destination.local(
                    .https, host: .name("api.example"), port: upstream.port,
                    certificateAuthorities: certificates.authority,
                    identity: other))
    }

    @Test("a client's certificate or key that cannot be read is an error, and nothing is sent", arguments: 0..<3)
    func unreadableClientCertificate(kind: Int) async throws {
        let upstream = try Upstream.answering(Self.ok, tls: certificates.server(.good))
        defer { upstream.close() }
        let client = certificates.client
        let identity = ClientIdentity(name: "\(kind)") {
            [nil, (Array("x".utf8), Array(client.key.utf8)), (Array(client.chain.utf8), Array("x".utf8))][kind]
        }
        let call = try await Client(resolver: toLoopback).call(
            .local(
                .https, host: .name("api.example"), port: upstream.port, certificateAuthorities: certificates.authority,
                identity: identity))
        #expect(call.failure == .unreachable(.clientCertificate))
    }

    @Test("no byte of the request is sent to a peer whose certificate is refused")
    func nothingSent() async throws {
        let reads = LookUps()
        let upstream = try Upstream(tls: certificates.server(.otherName)) { channel in
            try? channel.pipeline.syncOperations.addHandler(Counting(reads: reads))
        }
        defer { upstream.close() }
        let closed = try await Client(resolver: toLoopback).call(
            .local(
                .https, host: .name("api.example"), port: upstream.port, certificateAuthorities: certificates.authority)
        )
        #expect(closed.failure == .unreachable(.certificate))
        #expect(reads.count == 0)
    }

    @Test("the configured name is sent as SNI, an address is not")
    func serverName() async throws {
        for (host, expected) in [
            (Origin.Host.name("api.example"), "api.example"), (.address(IPAddress(v4: 0x7f00_0001)), ""),
        ] {
            let seen = NIOSingletons.posixEventLoopGroup.next().makePromise(of: String.self)
            let upstream = try Upstream { channel in
                let sniffer = ByteToMessageHandler(
                    SNIHandler { result in
                        if case .hostname(let name) = result { seen.succeed(name) } else { seen.succeed("") }
                        return channel.close()
                    })
                try? channel.pipeline.syncOperations.addHandler(sniffer)
            }
            defer { upstream.close() }
            let call = try await Client(resolver: toLoopback).call(.local(.https, host: host, port: upstream.port))
            #expect(call.failure == .unreachable(.handshake))
            #expect(try await seen.futureResult.get() == expected)
        }
    }

    @Test("a server that speaks no TLS, or nothing, is given up", arguments: [true, false])
    func noTLS(speaks: Bool) async throws {
        let upstream = try Upstream { channel in
            guard speaks else { return }
            channel.eventLoop.execute { channel.writeAndFlush(ByteBuffer(string: TLSTests.ok), promise: nil) }
        }
        defer { upstream.close() }
        var limits = TimeLimits()
        if !speaks { limits.tls = .milliseconds(50) }
        let call = try await Client(resolver: toLoopback, limits: limits).call(
            .local(.https, host: .name("api.example"), port: upstream.port))
        #expect(call.failure == (speaks ? .unreachable(.handshake) : .timedOut(.tls)))
    }

    @Test("a connection over TLS is kept and used again")
    func keepAlive() async throws {
        let accepted = LookUps()
        let upstream = try Upstream(tls: certificates.server(.good)) { channel in
            _ = accepted.next()
            try? channel.pipeline.syncOperations.addHandler(Answering(text: TLSTests.ok, closes: false))
        }
        defer { upstream.close() }
        let client = try Client(resolver: toLoopback)
        let destination = Destination.local(
            .https, host: .name("api.example"), port: upstream.port, certificateAuthorities: certificates.authority)
        for _ in 0..<10 { #expect(try await client.call(destination).body == "ok") }
        #expect(accepted.count == 1)
    }

    @Test("an answer that ends with the connection is whole only with the closing alert of TLS")
    func truncation() async throws {
        for (clean, failure) in [(true, nil), (false, EgressFailure.closedEarly)] {
            let upstream = try Upstream(tls: certificates.server(.good)) { channel in
                try? channel.pipeline.syncOperations.addHandler(CutOff(isClean: clean))
            }
            defer { upstream.close() }
            let call = try await Client(resolver: toLoopback).call(
                .local(
                    .https, host: .name("api.example"), port: upstream.port,
                    certificateAuthorities: certificates.authority))
            #expect(call.status == 200)
            #expect(call.body == "half")
            #expect(call.failure == failure)
        }
    }
}

private final class Counting: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    let reads: LookUps
    init(reads: LookUps) { self.reads = reads }
    func channelRead(context: ChannelHandlerContext, data: NIOAny) { _ = reads.next() }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

/// Sends an answer without a length and closes, with TLS's alert or by cutting the socket.
private final class CutOff: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    let isClean: Bool
    init(isClean: Bool) { self.isClean = isClean }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let answer = wrapOutboundOut(ByteBuffer(string: "HTTP/1.1 200 OK\r\n\r\nhalf"))
        let context = NIOLoopBound(context, eventLoop: context.eventLoop)
        let isClean = isClean
        context.value.writeAndFlush(answer).whenComplete { _ in
            guard !isClean else { return context.value.close(promise: nil) }
            // Below the TLS handler: it cannot say goodbye.
            context.value.channel.pipeline.context(handlerType: NIOSSLServerHandler.self).whenSuccess {
                $0.close(promise: nil)
            }
        }
    }
}
