// SPDX-License-Identifier: Apache-2.0

/// What the next bytes of a body are.
package enum BodyStep: Sendable, Equatable {
    /// Content, at offsets into the bytes given; continue from its end. Never empty.
    case data(Slice)
    /// All bytes given are used up and the body goes on.
    case needMore
    /// The body is whole and ended before this offset, where the next message begins.
    case end(Int)
    /// The framing is broken: answer 400 and close the connection.
    case refused(ChunkFault)
}
