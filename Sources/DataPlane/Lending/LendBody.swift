// SPDX-License-Identifier: Apache-2.0
internal import HeldKeys
internal import Wire

/// How many bytes may pass one way.
struct LendBody {
    private let most: Int
    /// How many passed.
    private(set) var count: Int

    init(atMost most: Int?, passed count: Int = 0) {
        self.most = most ?? .max
        self.count = count
    }

    /// Counts a piece; false when it is one too many.
    mutating func takes(_ bytes: Int) -> Bool {
        count += bytes
        return count <= most
    }

    /// Whether a message says itself that it is too long.
    static func isTooLong(_ framing: Framing, _ most: Int?) -> Bool {
        guard let most, case .length(let count) = framing else { return false }
        return count > most
    }

    /// Why a request does not leave: it says itself that it is too long.
    static func refusal(of framing: Framing, _ care: LendCare) -> Problem? {
        isTooLong(framing, care.requestBytes) ? .requestTooLarge : nil
    }
}

extension Problem {
    static let requestTooLarge = lend(
        413, "request_too_large", "Request too large", "The body is longer than the integration allows.",
        "Send less at a time, or ask for request_bytes to be raised.")

    static let answerTooLarge = lend(
        502, "response_too_large", "Answer too large", "The provider's answer is longer than the integration allows.",
        "Ask for less at a time, or ask for response_bytes to be raised.")

    static let answerCoded = lend(
        502, "upstream_encoding", "Answer compressed",
        "The provider's answer is compressed in a way in which no key can be looked for.",
        "Ask for the integration's care to be changed: compressed as decode (gzip and deflate) or pass.")
}
