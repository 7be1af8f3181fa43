// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOSSL
import Secrets
import Synchronization

/// The TLS settings of all upstreams, made once for each set of certificate authorities and identity: reading those of
/// the system costs milliseconds.
package final class TrustStore: Sendable {
    fileprivate struct Terms: Hashable {
        /// Nil for the system's.
        let authorities: String?
        let identity: ClientIdentity?
    }

    private struct Kept {
        let context: NIOSSLContext
        let made: NIODeadline
    }

    private let contexts = Mutex<[Terms: Kept]>([:])

    /// Nothing is read before it is needed.
    package init() {}

    /// Whether the text holds at least one certificate and nothing unreadable: to be asked when a provider is set.
    package static func canRead(_ certificateAuthorities: String) -> Bool {
        (try? certificates(in: Array(certificateAuthorities.utf8))) != nil
    }

    /// TLS 1.2 or later, the whole chain and the name checked. Blocks while it reads the system's authorities.
    func context(for destination: Destination) throws(EgressFailure) -> NIOSSLContext {
        if let context = knownContext(for: destination) { return context }
        let made = Kept(context: try Self.makeContext(for: destination), made: .now())
        contexts.withLock { contexts in
            // A key is held no longer than a connection may live, or until the next one is read.
            contexts = contexts.filter { $0.key.identity == nil || $0.value.made > made.made - Self.longestIdentity }
            if contexts.count >= Self.capacity { contexts.removeAll() }
            contexts[Terms(destination)] = made
        }
        return made.context
    }

    /// What `context(for:)` has made before.
    func knownContext(for destination: Destination) -> NIOSSLContext? {
        contexts.withLock { $0[Terms(destination)]?.context }
    }

    private static func makeContext(for destination: Destination) throws(EgressFailure) -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.certificateVerification = .fullVerification
        configuration.applicationProtocols = ["http/1.1"]
        if let identity = destination.identity { try show(identity, in: &configuration) }
        do {
            if let authorities = destination.certificateAuthorities {
                configuration.trustRoots = .certificates(try certificates(in: Array(authorities.utf8)))
            }
            return try NIOSSLContext(configuration: configuration)
        } catch {
            // Authorities are checked when a provider is set; a key of another certificate is seen only here.
            throw .unreachable(destination.identity == nil ? .certificateAuthorities : .clientCertificate)
        }
    }

    private static func show(_ identity: ClientIdentity, in configuration: inout TLSConfiguration) throws(EgressFailure)
    {
        guard var (chain, key) = identity.reveal() else { throw .unreachable(.clientCertificate) }
        defer {
            Secret.wipe(&chain)
            Secret.wipe(&key)
        }
        do {
            configuration.certificateChain = try certificates(in: chain).map { .certificate($0) }
            configuration.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: key, format: .pem))
        } catch {
            throw .unreachable(.clientCertificate)
        }
    }

    private static func certificates(in pem: [UInt8]) throws -> [NIOSSLCertificate] {
        let certificates = try NIOSSLCertificate.fromPEMBytes(pem)
        guard !certificates.isEmpty else { throw EgressFailure.unreachable(.certificateAuthorities) }
        return certificates
    }

    private static let capacity = 256
    private static let longestIdentity = TimeAmount.minutes(15)
}

extension TrustStore.Terms {
    fileprivate init(_ destination: Destination) {
        self.init(authorities: destination.certificateAuthorities, identity: destination.identity)
    }
}
