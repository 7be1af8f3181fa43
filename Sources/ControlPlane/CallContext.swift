// SPDX-License-Identifier: Apache-2.0
import Access
import Hummingbird
import NIOCore

/// What is known of a request's connection.
struct CallContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The other end; nil where there is no socket.
    let peer: IPAddress?

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        peer = source.channel.remoteAddress?.ipAddress.flatMap { IPAddress($0) }
    }
}
