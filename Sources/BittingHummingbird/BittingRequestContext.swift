// SPDX-License-Identifier: Apache-2.0
public import Hummingbird

/// A request context that knows who makes the call.
///
///     struct Context: BittingRequestContext {
///         var coreContext: CoreRequestContextStorage
///         var bitting: BittingIdentity?
///         let remoteAddress: SocketAddress?
///
///         init(source: ApplicationRequestContextSource) {
///             coreContext = .init(source: source)
///             remoteAddress = source.channel.remoteAddress
///         }
///     }
///
/// The remote address is there for keys that are tied to addresses. Behind a proxy it is the proxy's: give
/// ``BittingAuthenticator`` a way to know the client's.
public protocol BittingRequestContext: RemoteAddressRequestContext {
    /// Who makes the call; nil where no ``BittingAuthenticator`` stands before the route.
    var bitting: BittingIdentity? { get set }
}
