// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys
import TestKit
import Testing

@Suite("Followers")
final class FollowersTests {
    private static let lease: UInt64 = 1000
    private var maker = KeyMaker(seed: 3)
    private var random = Seeded(4)
    private var followers = Followers()
    private let asker = KeyID(high: 1, low: 1)

    private func attend(
        _ follower: FollowerID? = nil, after: Int64 = 0, accounts: Set<AccountID>? = nil, key: KeyID? = nil,
        at tick: UInt64
    ) throws -> (follower: FollowerID, news: Followers.News?) {
        let visit = Followers.Visit(
            follower: follower, after: after, key: key ?? asker, accounts: accounts, lease: Self.lease)
        let seen = followers.attend(visit, at: tick, using: &random)
        return try #require(seen)
    }

    private func noted(_ mark: Followers.Mark?) throws -> Followers.Mark { try #require(mark) }

    private func changed(_ change: (inout Key) -> Void = { _ in }) -> Key {
        var key = maker.key().key
        key.revision = 2
        change(&key)
        return key
    }

    @Test("nobody is waited for when nobody follows")
    func nobody() {
        let key = changed()
        #expect(followers.note([.key(key)], at: 0) == nil)
    }

    @Test("a follower begins with nothing, is told of a change, and is waited for until it says that it knows")
    func told() throws {
        let first = try attend(at: 0)
        #expect(first.news?.isReset == true)
        let begun = try #require(first.news?.sequence)
        #expect(try attend(first.follower, after: begun, at: 10).news == nil)
        let key = changed()
        let mark = try noted(followers.note([.key(key)], at: 20))
        #expect(followers.pending(mark, at: 20) == 1010)
        let news = try #require(followers.news(for: first.follower, after: begun))
        #expect(news.changes.map(\.subject) == [.key(key.id)] && !news.isReset)
        // Asking again with what was known before is no acknowledgement.
        #expect(try attend(first.follower, after: begun, at: 30).news == news)
        #expect(followers.pending(mark, at: 30) == 1010, "a lease that came with the news delays nothing")
        #expect(try attend(first.follower, after: news.sequence, at: 40).news == nil)
        #expect(followers.pending(mark, at: 40) == nil)
    }

    @Test("one that does not answer is waited for until its lease ends, and begins anew when it is back")
    func dead() throws {
        let dead = try attend(at: 0)
        let alive = try attend(at: 500)
        let key = changed()
        let mark = try noted(followers.note([.key(key)], at: 600))
        _ = try attend(alive.follower, after: mark.sequence, at: 610)
        #expect(followers.pending(mark, at: 999) == 1000)
        #expect(followers.pending(mark, at: 1000) == nil)
        let back = try attend(dead.follower, after: 0, at: 1001)
        #expect(back.news?.isReset == true && back.follower != dead.follower)
    }

    @Test("a later change does not hide that an earlier one is not acknowledged")
    func inOrder() throws {
        let follower = try attend(at: 0).follower
        let (one, two) = (changed(), changed())
        let first = try noted(followers.note([.key(one)], at: 1))
        let second = try noted(followers.note([.key(two)], at: 2))
        _ = try attend(follower, after: first.sequence, at: 3)
        #expect(followers.pending(first, at: 3) == nil)
        #expect(followers.pending(second, at: 3) == 1000)
        #expect(followers.news(for: follower, after: first.sequence)?.changes.map(\.subject) == [.key(two.id)])
    }

    @Test("one that is bound to accounts hears of theirs only, and is not waited for because of others'")
    func bound() throws {
        var other = Seeded(8)
        let elsewhere = AccountID(at: FixedTime.start, using: &other)
        let bound = try attend(accounts: [elsewhere], at: 0).follower
        let key = changed()
        #expect(followers.note([.key(key)], at: 1) == nil)
        #expect(followers.news(for: bound, after: 0) == nil)
        let own = changed { _ in }
        let again = try attend(accounts: [own.account], at: 2)
        let next = try noted(followers.note([.key(own)], at: 3))
        #expect(followers.pending(next, at: 3) == 1002)
        #expect(
            followers.news(for: again.follower, after: again.news?.sequence ?? 0)?.changes.map(\.subject) == [
                .key(own.id)
            ])
    }

    @Test("when its own key is changed, it is waited for to the end of its lease, whatever it sees and says")
    func ownKey() throws {
        var own = changed()
        own.revision = 2
        var other = Seeded(8)
        let elsewhere = AccountID(at: FixedTime.start, using: &other)
        let follower = try attend(accounts: [elsewhere], key: own.id, at: 0).follower
        _ = followers.note([.key(own)], at: 1)
        let key = changed()
        let mark = try noted(followers.note([.key(key)], at: 2))
        #expect(followers.pending(mark, at: 2) == 1000)
        let again = try attend(follower, after: mark.sequence, accounts: nil, key: own.id, at: 3)
        #expect(again.news?.isReset == true && again.follower != follower)
        #expect(followers.pending(mark, at: 4) == 1000)
    }

    @Test("another's id is of no use")
    func stolen() throws {
        let follower = try attend(at: 0).follower
        let key = changed()
        let mark = try noted(followers.note([.key(key)], at: 1))
        let thief = try attend(follower, after: mark.sequence, key: KeyID(high: 2, low: 2), at: 2)
        #expect(thief.follower != follower)
        #expect(followers.pending(mark, at: 2) == 1000)
    }

    @Test("one that is too far behind begins anew")
    func farBehind() throws {
        let follower = try attend(at: 0).follower
        let keys = (0..<Followers.changesKept + 1).map { _ in changed() }
        for key in keys { _ = followers.note([.key(key)], at: 1) }
        #expect(followers.news(for: follower, after: 0)?.isReset == true)
        #expect(followers.news(for: follower, after: 1)?.changes.count == Followers.changesKept)
        let bulk = try noted(followers.note(keys.map { .key($0) }, at: 2))
        #expect(followers.news(for: follower, after: bulk.sequence - 1)?.isReset == true)
        #expect(followers.news(for: follower, after: bulk.sequence) == nil)
    }

    @Test("what takes nothing from a verdict that was kept is not told; what may, is")
    func whatIsTold() throws {
        let follower = try attend(at: 0).follower
        let new = maker.key().key
        var keyspace = maker.keyspace
        let account = maker.account
        let silent: [KeyChange] = [
            .key(new), .keyspace(keyspace), .owner(.account(account), account: account, isLocked: false),
        ]
        #expect(followers.note(silent, at: 1) == nil)
        keyspace.revision = 2
        let loud: [KeyChange] = [
            .keyspace(keyspace), .owner(.account(account), account: account, isLocked: true),
            .owner(.app(maker.app), account: account, isLocked: false, quota: Quota(amount: 5)),
        ]
        #expect(followers.note(loud, at: 2) != nil)
        let subjects = followers.news(for: follower, after: 0)?.changes.map(\.subject)
        #expect(subjects == [.keyspace("acme"), .owner(.account(account)), .owner(.app(maker.app))])
    }

    @Test("there are no more than there may be, until leases end")
    func full() throws {
        for _ in 0..<Followers.most { _ = try attend(at: 0) }
        let visit = Followers.Visit(follower: nil, after: 0, key: asker, accounts: nil, lease: Self.lease)
        #expect(followers.attend(visit, at: 999, using: &random) == nil)
        #expect(followers.attend(visit, at: 1000, using: &random) != nil)
        #expect(followers.count == 1)
    }

    @Test("those of a server that ran before are waited for, although they cannot be told")
    func earlier() throws {
        followers.assumeEarlierOnes(until: 1000)
        let key = changed()
        let mark = try noted(followers.note([.key(key)], at: 10))
        #expect(followers.pending(mark, at: 10) == 1000)
        #expect(followers.pending(mark, at: 1000) == nil)
        #expect(followers.note([.key(key)], at: 1001) == nil)
    }
}
