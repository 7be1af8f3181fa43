// SPDX-License-Identifier: Apache-2.0
internal import Access

/// Does for one webhook what its lane decides.
actor LaneRunner {
    private let webhook: Webhook
    private let signer: MessageSigner
    private let ports: CourierPorts
    private let bell: EventBell
    private let shelf: EventShelf
    private let turns: Turns
    private let settle: @Sendable () async -> Void
    private var lane: Lane
    private var random: Randomness

    init(
        _ webhook: Webhook, _ signer: MessageSigner, nextRetry: Instant?, _ ports: CourierPorts, _ bell: EventBell,
        _ shelf: EventShelf, _ turns: Turns, settle: @escaping @Sendable () async -> Void
    ) {
        self.webhook = webhook
        self.signer = signer
        self.ports = ports
        self.bell = bell
        self.shelf = shelf
        self.turns = turns
        self.settle = settle
        lane = Lane(webhook, nextRetry: nextRetry)
        random = ports.random
    }

    nonisolated var revision: Int64 { webhook.revision }
    var progress: LaneProgress? { lane.progress }
    func wrote(_ progress: LaneProgress) { lane.wrote(progress) }

    /// Runs until its task is cancelled or the lane ends.
    func run() async {
        while !Task.isCancelled {
            let newest = bell.newest
            do {
                switch lane.step(at: ports.now(), newest: newest) {
                case .stop: return await settle()
                case .rest(let until): await rest(until: until, newest)
                case .hold(let until): try? await ports.pause(length(until: until))
                case .advance(let after, let limit): try await advance(after: after, limit)
                case .retry(let limit): try await retry(limit)
                }
            } catch {
                ports.report("Events could not be read for a webhook", error)
                try? await ports.pause(Courier.triedAgainAfter)
            }
        }
    }

    private func rest(until: Instant?, _ newest: Int64) async {
        guard let until else {
            await bell.wait(after: newest)
            return
        }
        let length = length(until: until)
        await withTaskGroup(of: Void.self) { [bell, ports] group in
            group.addTask { await bell.wait(after: newest) }
            group.addTask { try? await ports.pause(length) }
            await group.next()
            group.cancelAll()
        }
    }

    private func length(until moment: Instant) -> Duration {
        .milliseconds(max(1, moment.milliseconds - ports.now().milliseconds))
    }

    private func advance(after: Int64, _ limit: Int) async throws {
        var batch: [Message] = []
        var end = after
        for message in try await shelf.messages(after: after) {
            end = message.sequence
            if webhook.wants(message) { batch.append(message) }
            if batch.count == limit { break }
        }
        // The trail was said to go on, and does not yet: not to be asked in a circle.
        if end == after { return try await ports.pause(.milliseconds(100)) }
        let outcomes = await send(batch)
        guard !Task.isCancelled else { return }
        for (message, outcome) in zip(batch, outcomes) {
            lane.attempted(message, before: nil, outcome, at: ports.now(), using: &random)
        }
        lane.advanced(to: end)
        turns.progressMade()
    }

    /// What is read from the list must be what happened last, so all is written down before and after.
    private func retry(_ limit: Int) async throws {
        await settle()
        let due = try await ports.due(webhook.id, ports.now(), limit)
        let messages = due.items.map { Message($0.event) }
        let outcomes = await send(messages)
        guard !Task.isCancelled else { return }
        for ((item, message), outcome) in zip(zip(due.items, messages), outcomes) {
            lane.attempted(message, before: item.delivery, outcome, at: ports.now(), using: &random)
        }
        await settle()
        let rest = try await ports.due(webhook.id, ports.now(), 1)
        lane.retried(next: rest.items.isEmpty ? rest.next : Instant(milliseconds: 0))
    }

    private func send(_ messages: [Message]) async -> [AttemptOutcome] {
        let isDoubtful = lane.isDoubtful
        if messages.count == 1 { return [await post(messages[0], isDoubtful)] }
        return await withTaskGroup(of: (Int, AttemptOutcome).self) { group in
            for (place, message) in messages.enumerated() {
                group.addTask { (place, await self.post(message, isDoubtful)) }
            }
            var outcomes: [(Int, AttemptOutcome)] = []
            for await outcome in group { outcomes.append(outcome) }
            return outcomes.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private nonisolated func post(_ message: Message, _ isDoubtful: Bool) async -> AttemptOutcome {
        await turns.post(isDoubtful: isDoubtful) { [ports, webhook, signer] in
            guard !Task.isCancelled else { return .unanswered(reason: "given up") }
            return await ports.post(Parcel(message.id, message.body, to: webhook, signer, at: ports.now()))
        }
    }
}
