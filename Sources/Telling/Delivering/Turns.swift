// SPDX-License-Identifier: Apache-2.0

/// What all lanes share: how many posts may be under way, and the call to write progress down.
final class Turns: Sendable {
    /// For receivers that take what they get.
    private let steady = Slots(512)
    /// For those that do not, so that they fill no slots but their own.
    private let doubtful = Slots(128)
    let rings: AsyncStream<Void>
    private let rope: AsyncStream<Void>.Continuation

    init() { (rings, rope) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

    /// There is something to write down.
    func progressMade() { rope.yield() }

    func post(
        isDoubtful: Bool, _ body: @Sendable () async -> AttemptOutcome
    ) async -> AttemptOutcome {
        await (isDoubtful ? doubtful : steady).within(body)
    }
}
