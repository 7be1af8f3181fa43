// SPDX-License-Identifier: Apache-2.0

package import Access

/// Why a call could not be completed. Holds nothing of the request and nothing that the upstream wrote.
package enum EgressFailure: Error, Equatable, Sendable {
    /// The name leads, or one of its addresses is, where no call may go.
    case refusedAddress(IPAddress, AddressRefusal)
    case unreachable(Obstacle)
    case timedOut(Phase)
    /// The upstream closed before its answer was complete. What was handed on is not the whole answer.
    case closedEarly
    /// The answer is not HTTP as we accept it; `code` says which rule it broke.
    case malformedResponse(code: String)
    /// As many connections to this destination are busy as may be.
    case tooManyConnections
    /// The body given to `Exchange` was longer or shorter than the length announced in the head.
    case requestBodyLength

    /// What was being waited for.
    package enum Phase: String, Sendable {
        case resolve, connect, tls, request, firstByte = "first_byte", body
    }

    /// What stood in the way of a connection.
    package enum Obstacle: String, Sendable {
        /// The name does not exist or has no address.
        case nameNotFound = "name_not_found"
        /// The name servers did not answer, or not usefully.
        case nameLookup = "name_lookup"
        /// No address of the name took the connection.
        case connect
        /// The peer's certificate is not trusted, has expired, or is for another name.
        case certificate
        /// The TLS handshake failed otherwise.
        case handshake
        /// The provider's own certificate authorities cannot be read.
        case certificateAuthorities = "certificate_authorities"
        /// The certificate or key that is to be shown cannot be read, or they do not belong together.
        case clientCertificate = "client_certificate"
        /// The node is shutting down.
        case closing
    }
}
