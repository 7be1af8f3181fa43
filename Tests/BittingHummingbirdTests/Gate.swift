// SPDX-License-Identifier: Apache-2.0
import Access
import BittingClient
import BittingHummingbird
import DataPlane
import HeldKeys
import Hummingbird
import HummingbirdTesting
import IssuedKeys
import NIOCore
import TestKit

/// The context of an application that wants to know who calls.
struct CallContext: BittingRequestContext {
    var coreContext: CoreRequestContextStorage
    var bitting: BittingIdentity?
    let remoteAddress: SocketAddress?

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        remoteAddress = source.channel.remoteAddress
    }
}

/// A real data plane, and an application whose routes are guarded by it.
struct Gate {
    let client: BittingClient

    /// What a test needs to know of the keys that are there.
    struct Keys {
        let manager: SampleKey
        let plain: SampleKey
        let tied: SampleKey
        let limited: SampleKey
        let retiring: SampleKey
        let revoked: SampleKey
        let changes: [KeyChange]

        init() {
            var maker = KeyMaker(seed: 9)
            manager = maker.key("keys:verify", isManagement: true)
            plain = maker.key("labels:create") { $0.metadata = #"{"plan":"pro"}"# }
            tied = maker.key("labels:create") { key in
                key.allowedRoutes = [.of(["POST"], "/labels")]
                key.allowedAddresses = [.of("127.0.0.0/8")]
            }
            limited = maker.key("labels:create") { $0.limits = [Limit("burst", 1, .rate(per: .seconds(3600)))!] }
            var old = maker.key("labels:create")
            old.key.secrets[0].role = .retiring
            old.key.secrets[0].retiringSince = FixedTime.start
            old.key.secrets[0].graceExpiresAt = .latest
            retiring = old
            revoked = maker.key { $0.state = .revoked(Revocation(at: FixedTime.start, reason: .other, note: nil)) }
            changes = maker.setting + [manager, plain, tied, limited, retiring, revoked].map { .key($0.key) }
        }
    }

    var application: some ApplicationProtocol {
        let router = Router(context: CallContext.self)
        let labels = router.group("labels")
            .add(middleware: BittingAuthenticator(client, scopes: .all(["labels:create"])))
        for method in [HTTPRequest.Method.get, .post] {
            labels.on("", method: method) { _, context in
                guard let caller = context.bitting else { return "nobody" }
                let metadata = String(decoding: caller.metadata, as: UTF8.self)
                return "\(caller.keyID) \(caller.account) \(caller.may("labels:create")) \(metadata)"
            }
        }
        router.group("refunds").add(middleware: BittingAuthenticator(client, scopes: .query("refunds:create")))
            .get { _, _ in "refunded" }
        router.get("open") { _, context in "\(context.bitting == nil)" }
        return Application(router: router)
    }
}
