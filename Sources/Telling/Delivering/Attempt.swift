// SPDX-License-Identifier: Apache-2.0
package import Access

/// What is posted where.
package struct Parcel: Sendable {
    package let url: String
    package let certificateAuthority: String?
    /// The fields of its own, beside those that every request has.
    package let fields: [(name: String, value: String)]
    package let body: [UInt8]

    /// A message to a webhook, signed now.
    package init(_ id: EventID, _ body: [UInt8], to webhook: Webhook, _ signer: MessageSigner, at now: Instant) {
        url = webhook.url
        certificateAuthority = webhook.certificateAuthority
        self.body = body
        let timestamp = now.milliseconds / 1000
        fields = [
            ("content-type", "application/json"), ("webhook-id", id.description),
            ("webhook-timestamp", String(timestamp)),
            ("webhook-signature", signer.signatures(id: id.description, timestamp: timestamp, body: body)),
        ]
    }
}

/// How an attempt ended.
package enum AttemptOutcome: Equatable, Sendable {
    /// An answer began. `retryAfter`: seconds that it asked to wait.
    case answered(status: Int, retryAfter: Int64?)
    /// There was no answer; the reason is a word or two, nothing that the other side wrote.
    case unanswered(reason: String)

    /// What it means for the message.
    package enum Meaning: Equatable, Sendable {
        case delivered
        /// To be tried again. `slowly`: the receiver has too much to do, and may have said for how long.
        case failed(slowly: Bool, asked: Length?)
        /// The receiver wants nothing any more.
        case gone
    }

    /// 2xx is delivered, 410 is gone, 429, 502 and 504 are too much; all else, redirects too, is a failure.
    package var meaning: Meaning {
        switch self {
        case .answered(200..<300, _): return .delivered
        case .answered(410, _): return .gone
        case .answered(let status, let seconds):
            let asked = seconds.map { Length.seconds(min($0, RetrySchedule.longestAskedFor.milliseconds / 1000)) }
            return .failed(slowly: [429, 502, 504].contains(status), asked: asked)
        case .unanswered: return .failed(slowly: false, asked: nil)
        }
    }

    /// The status, where there was an answer.
    package var status: Int? { if case .answered(let status, _) = self { status } else { nil } }
    /// Why there was no answer, where there was none.
    package var reason: String? { if case .unanswered(let reason) = self { reason } else { nil } }
}
