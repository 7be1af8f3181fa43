// SPDX-License-Identifier: Apache-2.0
internal import Access
package import HeldKeys
internal import NIOCore
internal import Secrets
internal import Wire

extension DataPlane {
    /// An answer that is longer is none that can be read.
    private static let longestAnswer = 1024 * 1024

    /// Makes a call about keys with the key of a loan, and reads what is wanted of the answer. Over within 20 seconds.
    package func ask(_ call: ProviderCall, with loan: Loan) async -> ProviderReply {
        switch await exchange(OwnRequest(call, loan), loan, longest: Self.longestAnswer) {
        case .failed(let reason, let hasLeft): return hasLeft ? .lost(reason) : .unreached(reason)
        case .answered(let answer):
            var read = ProviderAnswer(status: answer.status)
            read.retryAfter = RetryAfter.length(answer.retryAfter, at: Clock.now())
            guard call.expect.contains(answer.status) else { return .answered(read) }
            guard !answer.isTooLong, call.wantsBody else {
                read.isReadable = !call.wantsBody
                return .answered(read)
            }
            var bytes = answer.body.getBytes(at: answer.body.readerIndex, length: answer.body.readableBytes) ?? []
            defer { Secret.wipe(&bytes) }
            AnswerReader(bytes, contentType: answer.contentType).read(call, into: &read)
            return .answered(read)
        }
    }
}

extension ProviderCall {
    fileprivate var wantsBody: Bool { !wants.isEmpty || rows != nil }
}

/// How long a provider asks to be left alone (RFC 9110, section 10.2.3).
enum RetryAfter {
    private static let longest = Length.seconds(86_400)

    /// Seconds, or a date; nil for anything else. At most a day.
    static func length(_ text: String, at now: Instant) -> Length? {
        if text.utf8.count <= 9, let seconds = Int64(text), seconds >= 0 { return min(.seconds(seconds), longest) }
        guard let date = Instant(httpDate: text) else { return nil }
        return min(max(Length(milliseconds: date.milliseconds - now.milliseconds), .seconds(0)), longest)
    }
}
