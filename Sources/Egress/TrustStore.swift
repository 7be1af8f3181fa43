// SPDX-License-Identifier: Apache-2.0

import NIOSSL
import Synchronization

/// The TLS settings of all upstreams, made once for each set of certificate authorities: reading those of the system
/// costs milliseconds.
package final class TrustStore: Sendable {
    /// The system's authorities stand under nil.
    private let contexts = Mutex<[String?: NIOSSLContext]>([:])

    /// Nothing is read before it is needed.
    package init() {}

    /// Whether the text holds at least one certificate and nothing unreadable: to be asked when a provider is set.
    package static func canRead(_ certificateAuthorities: String) -> Bool {
        (try? certificates(in: certificateAuthorities)) != nil
    }

    /// TLS 1.2 or later, the whole chain and the name checked. Blocks while it reads the system's authorities.
    func context(for certificateAuthorities: String?) throws(EgressFailure) -> NIOSSLContext {
        if let context = knownContext(for: certificateAuthorities) { return context }
        let context = try Self.makeContext(for: certificateAuthorities)
        contexts.withLock { contexts in
            if contexts.count >= Self.capacity { contexts.removeAll() }
            contexts[certificateAuthorities] = context
        }
        return context
    }

    /// What `context(for:)` has made before.
    func knownContext(for certificateAuthorities: String?) -> NIOSSLContext? {
        contexts.withLock { $0[certificateAuthorities] }
    }

    private static func makeContext(for certificateAuthorities: String?) throws(EgressFailure) -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.certificateVerification = .fullVerification
        configuration.applicationProtocols = ["http/1.1"]
        do {
            if let certificateAuthorities {
                configuration.trustRoots = .certificates(try certificates(in: certificateAuthorities))
            }
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw .unreachable(.certificateAuthorities)
        }
    }

    private static func certificates(in pem: String) throws -> [NIOSSLCertificate] {
        let certificates = try NIOSSLCertificate.fromPEMBytes(Array(pem.utf8))
        guard !certificates.isEmpty else { throw EgressFailure.unreachable(.certificateAuthorities) }
        return certificates
    }

    private static let capacity = 256
}
