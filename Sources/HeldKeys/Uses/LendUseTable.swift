// SPDX-License-Identifier: Apache-2.0
internal import Access

/// What one event loop has counted of lent calls. A call costs two look-ups by numbers: texts and rules are put
/// together when the table is taken.
struct LendUseTable {
    private struct Place: Hashable {
        let loan: ObjectIdentifier
        let key: KeyID
    }

    /// Of one loan, so of one version, and one key.
    fileprivate struct Entry {
        /// Kept, so that its identity stays its own.
        let loan: Loan
        var sum = LendSum()
        var addresses: [(address: IPAddress?, sum: LendSum)] = []
        /// By the place of the rule.
        var rules: [LendSum]
        var hours: [(hour: LendUseCount.Hour, calls: Int64)] = []

        init(_ loan: Loan) {
            self.loan = loan
            rules = [LendSum](repeating: LendSum(), count: loan.integration.allow.count)
        }
    }

    private var entries: [Place: Entry] = [:]

    mutating func add(_ use: LendUse, status: Int?, at now: Instant) {
        entries[Place(loan: ObjectIdentifier(use.loan), key: use.key), default: Entry(use.loan)]
            .add(use, status: status, at: now)
    }

    /// Gives everything away.
    mutating func take() -> [LendUseCount] {
        defer { entries = [:] }
        return entries.map { $1.count(key: $0.key) }
    }
}

extension LendUseTable.Entry {
    fileprivate mutating func add(_ use: LendUse, status: Int?, at now: Instant) {
        sum.add(status: status, at: now)
        rules[use.rule].add(status: status, at: now)
        let hour = LendUseCount.Hour(holding: now, LendOutcome(status: status))
        if let place = hours.lastIndex(where: { $0.hour == hour }) {
            hours[place].calls += 1
        } else {
            hours.append((hour, 1))
        }
        if let place = addresses.firstIndex(where: { $0.address == use.address }) {
            addresses[place].sum.add(status: status, at: now)
        } else if addresses.count < LendUseCount.addressesAtMost {
            addresses.append((use.address, LendSum()))
            addresses[addresses.count - 1].sum.add(status: status, at: now)
        } else {
            addOther(status: status, at: now)
        }
    }

    /// One of too many addresses to be told apart.
    private mutating func addOther(status: Int?, at now: Instant) {
        guard let place = addresses.firstIndex(where: { $0.address == nil }) else {
            addresses.append((nil, LendSum()))
            return addresses[addresses.count - 1].sum.add(status: status, at: now)
        }
        addresses[place].sum.add(status: status, at: now)
    }

    fileprivate func count(key: KeyID) -> LendUseCount {
        var count = LendUseCount(.init(integration: loan.integration.id, version: loan.version.id, key: key))
        count.sum = sum
        for (address, sum) in addresses { count.addresses[address] = sum }
        for (hour, calls) in hours { count.hours[hour] = calls }
        for (place, sum) in rules.enumerated() where sum.calls > 0 {
            count.rules[loan.integration.allow[place], default: LendSum()].add(sum)
        }
        return count
    }
}
