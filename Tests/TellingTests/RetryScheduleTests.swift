// SPDX-License-Identifier: Apache-2.0
import Access
import Telling
import TestKit
import Testing

@Suite struct RetryScheduleTests {
    private let now = FixedTime.start

    @Test(
        arguments: [
            (1, 5), (2, 300), (3, 1800), (4, 7200), (5, 18_000), (6, 36_000), (7, 50_400), (8, 72_000), (9, 86_400),
        ] as [(Int64, Int64)])
    func `each delay is that of the schedule and up to a fifth more`(made: Int64, seconds: Int64) throws {
        var random = Seeded(UInt64(made))
        var seen: Set<Int64> = []
        for _ in 0..<200 {
            let next = try #require(RetrySchedule.standard.next(after: made, asked: nil, at: now, using: &random))
            let delay = next.milliseconds - now.milliseconds
            #expect((seconds * 1000...seconds * 1200).contains(delay))
            seen.insert(delay)
        }
        #expect(seen.count > 50, "the delays must differ")
    }

    @Test func `after ten attempts there is none left`() {
        var random = Seeded(1)
        #expect(RetrySchedule.standard.delays.count == 10)
        #expect(RetrySchedule.standard.next(after: 10, asked: nil, at: now, using: &random) == nil)
        #expect(RetrySchedule.standard.next(after: 11, asked: .seconds(5), at: now, using: &random) == nil)
    }

    @Test(arguments: [(30, 30), (3600, 3600), (999_999, 3600)] as [(Int64, Int64)])
    func `what the receiver asks is believed up to an hour`(asked: Int64, waited: Int64) {
        var random = Seeded(1)
        let next = RetrySchedule.standard.next(after: 1, asked: .seconds(asked), at: now, using: &random)
        #expect(next == now + .seconds(waited))
    }

    @Test(
        arguments: [
            (200, .delivered), (204, .delivered), (299, .delivered), (410, .gone),
            (301, .failed(slowly: false, asked: nil)), (404, .failed(slowly: false, asked: nil)),
            (500, .failed(slowly: false, asked: nil)), (429, .failed(slowly: true, asked: nil)),
            (502, .failed(slowly: true, asked: nil)), (504, .failed(slowly: true, asked: nil)),
        ] as [(Int, AttemptOutcome.Meaning)])
    func `what a status means`(status: Int, meaning: AttemptOutcome.Meaning) {
        #expect(AttemptOutcome.answered(status: status, retryAfter: nil).meaning == meaning)
    }

    @Test func `a receiver that asks for a century gets an hour`() {
        let outcome = AttemptOutcome.answered(status: 429, retryAfter: 999_999_999)
        #expect(outcome.meaning == .failed(slowly: true, asked: .seconds(3600)))
    }
}
