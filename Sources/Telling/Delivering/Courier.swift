// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import Secrets

/// Tells all webhooks of all events: one lane each, none of which waits for another.
package actor Courier {
    private let ports: CourierPorts
    private let bell: EventBell
    private let shelf: EventShelf
    private let turns = Turns()
    private var runners: [WebhookID: (runner: LaneRunner, task: Task<Void, Never>)] = [:]
    private var settling: Task<Void, Never>?
    private var isSettlingQueued = false

    /// How often progress is written down, at most: what a crash may have sent twice.
    static let settlesEvery = Duration.seconds(1)
    /// After something could not be done here.
    static let triedAgainAfter = Duration.seconds(1)

    /// A courier that is woken by `bell`.
    package init(_ ports: CourierPorts, bell: EventBell) {
        self.ports = ports
        self.bell = bell
        shelf = EventShelf(read: ports.events)
    }

    /// Tells until its task is cancelled; then gives up what is under way, and writes down how far it has come.
    package func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.bell.run() }
            group.addTask { await self.keepSettling() }
            group.addTask { await self.followWebhooks() }
        }
        for (_, task) in runners.values { task.cancel() }
        for (_, task) in runners.values { await task.value }
        await settle()
    }

    /// Writes down all progress that was made before the call. One writing at a time; calls that come while one waits
    /// share it.
    func settle() async {
        if isSettlingQueued, let settling { return await settling.value }
        let before = settling
        let task = Task {
            await before?.value
            await self.write()
        }
        isSettlingQueued = true
        settling = task
        await task.value
    }

    private func write() async {
        isSettlingQueued = false
        let runners = runners.values.map(\.runner)
        var progress: [(runner: LaneRunner, progress: LaneProgress)] = []
        for runner in runners {
            if let made = await runner.progress { progress.append((runner, made)) }
        }
        guard !progress.isEmpty else { return }
        do {
            try await ports.settle(progress.map(\.progress), ports.now())
            for (runner, progress) in progress { await runner.wrote(progress) }
        } catch {
            ports.report("The progress of webhooks could not be written; messages may be sent twice", error)
        }
    }

    private func keepSettling() async {
        for await _ in turns.rings {
            await settle()
            try? await ports.pause(Self.settlesEvery)
            if Task.isCancelled { return }
        }
    }

    private func followWebhooks() async {
        while !Task.isCancelled {
            let newest = bell.newest
            do {
                _ = bell.takeWebhooksChanged()
                try await load()
            } catch {
                ports.report("Webhooks could not be read", error)
                try? await ports.pause(Self.triedAgainAfter)
                continue
            }
            await waitForChange(after: newest)
        }
    }

    /// A change of a webhook is an event too.
    private func waitForChange(after sequence: Int64) async {
        var sequence = sequence
        while !Task.isCancelled, !bell.haveWebhooksChanged {
            await bell.wait(after: sequence)
            if bell.newest == sequence { return }
            sequence = bell.newest
        }
    }

    private func load() async throws {
        let webhooks = try await ports.webhooks()
        let active = Dictionary(uniqueKeysWithValues: webhooks.map { ($0.id, $0) })
        for (id, entry) in runners where active[id]?.revision != entry.runner.revision {
            entry.task.cancel()
            runners[id] = nil
        }
        for webhook in webhooks where runners[webhook.id] == nil { try await start(webhook) }
    }

    private func start(_ webhook: Webhook) async throws {
        let signer: MessageSigner
        do {
            signer = try MessageSigner(of: webhook, ports.keyring)
        } catch {
            // It was altered, or put back from elsewhere: nothing can be signed for it.
            ports.report("The secret of a webhook does not open; it is not told of anything", error)
            return
        }
        let due = try await ports.due(webhook.id, ports.now(), 1)
        let runner = LaneRunner(
            webhook, signer, nextRetry: due.items.isEmpty ? due.next : Instant(milliseconds: 0), ports, bell, shelf,
            turns
        ) { await self.settle() }
        runners[webhook.id] = (runner, Task { await runner.run() })
    }
}
