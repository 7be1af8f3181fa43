// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import IssuedKeys
internal import Metering
internal import NIOCore
internal import Wire

/// `POST /v1/follow`: what was changed since the last time, for a client that keeps verdicts for a while.
///
/// Each call grants a lease and acknowledges what was told before; see ``Following``. It is answered as soon as there
/// is something to tell, and after a third of the lease at the latest.
struct Follow {
    let verify: Verify

    enum Outcome {
        case refused(Problem)
        case attends(Following.Attendance)
    }

    /// Decides on one call whose body is whole, and counts the uses that it reports. Does not wait.
    func attend(
        _ head: borrowing RequestHead, _ bytes: Span<UInt8>, body: Span<UInt8>, peer: IPAddress?, at now: Moment
    ) -> Outcome {
        do {
            let caller = Verify.Caller(key: try verify.callers.find(head, bytes, peer: peer, at: now))
            try Verify.checkContentType(head, bytes)
            let question = try FollowQuestion(body)
            verify.index.record(question.uses, seenBy: caller.key, lane: verify.lane, at: now.at)
            let (key, accounts) = verify.index.reading(lane: verify.lane) { contents, _ in
                (contents.portrait(caller.key).id, contents.management(of: caller.key).accounts)
            }
            let following = verify.index.following
            guard
                let attendance = following.attend(
                    question.follower, after: question.after, key: key, accounts: accounts)
            else { return .refused(.tooManyFollowers) }
            return .attends(attendance)
        } catch {
            return .refused(Verify.problem(error))
        }
    }
}

extension Connection {
    /// Answers when there is something to tell.
    func follow(_ head: RequestHead, _ message: ByteBuffer, _ body: Range<Int>, consuming whole: Int) -> Bool {
        let bytes = message.readableBytesUInt8Span
        let endpoint = Follow(verify: verifyEndpoint)
        switch endpoint.attend(head, bytes, body: bytes.extracting(body), peer: peer, at: clocks.now) {
        case .refused(let problem): return refuse(problem, .follow, consuming: whole)
        case .attends(let attendance):
            return pursue(.follow, consuming: whole) {
                let news = await attendance.news()
                return WrittenAnswer(body: FollowAnswer.bytes(news, at: Clock.now()))
            }
        }
    }
}

extension Problem {
    static let tooManyFollowers = Problem(
        status: 503, code: "busy", title: "Too many followers",
        detail: "As many clients follow as there may be.", fix: "Verify without keeping verdicts.", retryAfter: 10)
}

/// The JSON of what a follower is told.
enum FollowAnswer {
    static func bytes(_ news: Followers.News, at now: Instant) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("follower", news.follower.description)
            writer.member("sequence", news.sequence)
            writer.member("reset", news.isReset)
            writer.member("lease", Length.seconds(Following.lease.components.seconds).description)
            writer.member("now", now.description)
            writer.key("changes")
            writer.array { writer in
                for change in news.changes { writer.object { write(change.subject, into: &$0) } }
            }
        }
        return writer.bytes
    }

    private static func write(_ subject: FollowedChange.Subject, into writer: inout JSONWriter) {
        switch subject {
        case .key(let id):
            writer.member("kind", "key")
            writer.member("subject", id.description)
        case .owner(let id):
            writer.member("kind", "owner")
            writer.member("subject", id.description)
        case .keyspace(let name):
            writer.member("kind", "keyspace")
            writer.member("subject", name)
        }
    }
}
