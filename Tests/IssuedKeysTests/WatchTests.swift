// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys
import Metering
import TestKit
import Testing

@Suite struct WatchTests {
    private func moment(_ calendar: Int64, _ steady: UInt64) -> Moment {
        Moment(at: FixedTime.start(plus: calendar), tick: steady * 1_000_000_000)
    }

    @Test("a watch goes on while both clocks go alike, or the calendar falls behind")
    func goesOn() {
        var watch = Watch(at: moment(0, 100))
        for (calendar, steady) in [(30, 130), (89, 160), (50, 190), (-7200, 220), (-7170, 250)] as [(Int64, UInt64)] {
            watch.move(to: moment(calendar, steady))
            #expect(watch.since == FixedTime.start)
        }
    }

    @Test("a calendar put forward by hours, or a machine that slept, begins it anew", arguments: [3600, 86_400, 61])
    func beginsAnew(jump: Int64) {
        var watch = Watch(at: moment(0, 100))
        watch.move(to: moment(30, 130))
        watch.move(to: moment(60 + jump, 160))
        #expect(watch.since == FixedTime.start(plus: 60 + jump))
        watch.move(to: moment(90 + jump, 190))
        #expect(watch.since == FixedTime.start(plus: 60 + jump))
    }

    @Test("after a gap nothing is retired or revoked for not having been used in it")
    func nothingFollows() {
        var maker = KeyMaker(seed: 1)
        var keyspace = maker.keyspace
        keyspace.revokeWhenUnusedFor = .seconds(86_400)
        let prospect = KeyProspect(maker.key().key, in: keyspace)
        let now = FixedTime.start(plus: 10 * 86_400)
        #expect(prospect.outlook(at: now, watchingSince: FixedTime.start) == .due(.revokeUnused))
        #expect(prospect.outlook(at: now, watchingSince: now) == .nothing(until: now + .seconds(3600)))
        #expect(prospect.outlook(at: now + .seconds(3600), watchingSince: now) == .due(.revokeUnused))
    }
}
