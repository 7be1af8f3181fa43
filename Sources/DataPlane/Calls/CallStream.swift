// SPDX-License-Identifier: Apache-2.0

/// One stream that is not done: its request is on its way, waits for a decision, or its answer waits for room.
struct CallStream {
    enum Stage {
        /// More of the request is to come.
        case receiving
        /// The decision waits for a lease.
        case parked
        /// The answer is being sent.
        case sending
    }

    let id: UInt32
    let method: CallMethod
    /// When it began, in ticks.
    let begun: UInt64
    var stage = Stage.receiving
    /// Whether the request has ended.
    var isWhole = false
    /// How much the other side takes on this stream; below zero after it took some back.
    var room: Int
    /// What came of the request, where it did not come whole.
    var body: [UInt8] = []
    /// How much of the connection's window it holds until it is done.
    var held = 0
    /// What is left of the answer's message.
    var rest: ArraySlice<UInt8> = []
    var timesParked = 0
}
