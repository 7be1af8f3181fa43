// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys
import TestKit
import Testing

/// Many followers that come, go, lose answers and die, against what each of them keeps.
@Suite("Followers, by chance")
struct FollowerModelTests {
    private static let lease: UInt64 = 100

    /// What one client believes: what it keeps, until when it may use it, and an answer that is on its way.
    private struct Client {
        var id: FollowerID?
        var after: Int64 = 0
        /// By key: when it was verified.
        var kept: [Int: UInt64] = [:]
        var end: UInt64 = 0
        var answer: (news: Followers.News, asked: UInt64)?
    }

    @Test("when nobody is pending, nobody with a lease keeps what was changed", arguments: 0..<20 as Range<UInt64>)
    func promise(_ seed: UInt64) throws {
        var random = Seeded(seed)
        var maker = KeyMaker(seed: seed)
        let keys = (0..<8).map { _ in
            var key = maker.key().key
            key.revision = 2
            return key
        }
        var followers = Followers()
        var clients = [Client](repeating: Client(), count: 6)
        var waiting: [(mark: Followers.Mark?, key: Int, since: UInt64)] = []
        var settled = 0
        for tick in 1...4000 as ClosedRange<UInt64> {
            let who = Int.random(in: clients.indices, using: &random)
            switch Int.random(in: 0..<10, using: &random) {
            case 0:
                let key = Int.random(in: keys.indices, using: &random)
                waiting.append((followers.note([.key(keys[key])], at: tick), key, tick))
            case 1...4:
                Self.ask(&clients[who], &followers, at: tick, &random)
            case 5...7:
                Self.hear(&clients[who], keys)
            case 8 where clients[who].end > tick:
                // A verdict that is asked for now: it is true now.
                clients[who].kept[Int.random(in: keys.indices, using: &random)] = tick
            default: break
            }
            for (position, change) in waiting.enumerated().reversed() {
                guard change.mark.map({ followers.pending($0, at: tick) == nil }) ?? true else { continue }
                waiting.remove(at: position)
                settled += 1
                for client in clients where client.end > tick {
                    #expect((client.kept[change.key] ?? .max) >= change.since, "it was verified after the change")
                }
            }
            #expect(!waiting.contains { tick > $0.since + Self.lease }, "a change waits for a lease at most")
        }
        #expect(settled > 100)
    }

    private static func ask(
        _ client: inout Client, _ followers: inout Followers, at tick: UInt64, _ random: inout Seeded
    ) {
        let visit = Followers.Visit(
            follower: client.id, after: client.after, key: KeyID(high: 9, low: 9), accounts: nil, lease: lease)
        guard let seen = followers.attend(visit, at: tick, using: &random) else { return }
        // Some answers are lost.
        guard Int.random(in: 0..<4, using: &random) > 0 else { return }
        client.answer = (seen.news ?? followers.nothing(for: seen.follower), tick)
    }

    private static func hear(_ client: inout Client, _ keys: [Key]) {
        guard let (news, asked) = client.answer else { return }
        client.answer = nil
        if news.isReset || news.follower != client.id { client.kept = [:] }
        for change in news.changes { client.kept = client.kept.filter { .key(keys[$0.key].id) != change.subject } }
        (client.id, client.after) = (news.follower, news.sequence)
        client.end = max(client.end, asked + lease)
    }
}
