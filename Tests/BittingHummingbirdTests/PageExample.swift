// SPDX-License-Identifier: Apache-2.0
// The example of docs/swift.md; a test holds the two against each other, line by line.
import BittingClient
import BittingHummingbird
import Hummingbird
import NIOCore

struct LabelContext: BittingRequestContext {
    var coreContext: CoreRequestContextStorage
    var bitting: BittingIdentity?
    let remoteAddress: SocketAddress?

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        remoteAddress = source.channel.remoteAddress
    }
}

func labelServer(key: String) throws -> some ApplicationProtocol {
    let bitting = try BittingClient(dataSocket: "/run/bitting/data.sock", key: key, cache: .init())
    let router = Router(context: LabelContext.self)
    router.group("labels")
        .add(middleware: BittingAuthenticator(bitting, scopes: .all(["labels:create"])))
        .post { _, context in
            guard let caller = context.bitting else { throw HTTPError(.unauthorized) }
            return "A label for \(caller.account), made with \(caller.keyID)"
        }
    return Application(router: router)
}
