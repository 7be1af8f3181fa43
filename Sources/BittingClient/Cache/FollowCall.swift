// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import Secrets
internal import Wire

/// One question to `/v1/follow`.
struct FollowQuestion {
    let follower: String?
    let after: Int64
    let uses: [KeptUses.Use]

    var body: [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("follower", follower)
            writer.member("after", after)
            writer.key("uses")
            writer.array { writer in
                for use in uses { writer.object { write(use, into: &$0) } }
            }
        }
        return writer.bytes
    }

    private func write(_ use: KeptUses.Use, into writer: inout JSONWriter) {
        writer.member("digest", "sha256:" + use.place.digest.hexadecimal)
        writer.member("count", use.count)
        writer.member("scopes", use.scopes)
        writer.member("address", use.address)
        writer.member("user_agent", use.userAgent)
    }
}

/// What `/v1/follow` answers.
struct FollowNews {
    let follower: String
    let sequence: Int64
    let isReset: Bool
    let lease: Duration
    /// The server's time when it answered.
    let now: Instant
    /// What verdicts name that was changed: keys, owners, keyspaces.
    let changes: [String]

    /// Reads an answer.
    init(reading response: Response) throws(BittingError) {
        guard let answer = try? JSON.parse(response.body), let follower = answer["follower"]?.asString,
            let sequence = answer["sequence"]?.asInteger, let isReset = answer["reset"]?.asBool,
            let lease = answer["lease"]?.asString.flatMap({ Length($0) }),
            let now = answer["now"]?.asString.flatMap({ Instant($0) }), let changes = answer["changes"]?.asArray
        else { throw BittingError.unexpected(response) }
        var subjects: [String] = []
        for change in changes {
            // A change that is not understood could be one of anything.
            guard let subject = change["subject"]?.asString else { throw BittingError.unexpected(response) }
            subjects.append(subject)
        }
        self.init(
            follower: follower, sequence: sequence, isReset: isReset, lease: .milliseconds(lease.milliseconds),
            now: now, changes: subjects)
    }

    init(
        follower: String, sequence: Int64, isReset: Bool = false, lease: Duration = .seconds(1), now: Instant,
        changes: [String] = []
    ) {
        self.follower = follower
        self.sequence = sequence
        self.isReset = isReset
        self.lease = lease
        self.now = now
        self.changes = changes
    }
}
