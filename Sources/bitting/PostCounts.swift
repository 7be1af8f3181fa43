// SPDX-License-Identifier: Apache-2.0
import Synchronization
import Telling

/// How many messages were posted to webhooks, by how it ended.
final class PostCounts: Sendable {
    private let taken = Atomic(0)
    private let failed = Atomic(0)

    func add(_ outcome: AttemptOutcome) {
        if outcome.meaning == .delivered {
            taken.wrappingAdd(1, ordering: .relaxed)
        } else {
            failed.wrappingAdd(1, ordering: .relaxed)
        }
    }

    /// As Prometheus reads it.
    var text: String {
        """
        # HELP bitting_webhook_posts_total Messages posted to webhooks, repeated ones too, by how it ended.
        # TYPE bitting_webhook_posts_total counter
        bitting_webhook_posts_total{outcome="taken"} \(taken.load(ordering: .relaxed))
        bitting_webhook_posts_total{outcome="failed"} \(failed.load(ordering: .relaxed))

        """
    }
}
