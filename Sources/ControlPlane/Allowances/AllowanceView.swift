// SPDX-License-Identifier: Apache-2.0
import Access
import Metering
import Wire

extension JSONWriter {
    /// A member with limits, in the shape in which they are given.
    mutating func member(_ name: String, _ limits: [Limit]) {
        key(name)
        array { writer in
            for limit in limits { writer.object { $0.members(of: limit) } }
        }
    }

    private mutating func members(of limit: Limit) {
        member("name", limit.name)
        member("limit", limit.amount)
        switch limit.measure {
        case .rate(let length): text("per", length)
        case .inFlight: member("in_flight", true)
        }
        member("shared_by", limit.sharedBy.rawValue)
    }

    /// A member with a quota and what is left of it; null where there is none.
    mutating func member(_ name: String, _ quota: Quota?, _ balance: Balance?) {
        key(name)
        guard let quota else { return null() }
        object { writer in
            writer.member("amount", quota.amount)
            writer.member(refill: quota.refill)
            writer.key("alerts")
            writer.array { for alert in quota.alerts { $0.integer(alert) } }
            writer.member("remaining", balance?.remaining)
            writer.text("refills_at", balance?.refillsAt)
        }
    }

    private mutating func member(refill: Quota.Refill?) {
        key("refill")
        guard let refill else { return null() }
        object { writer in
            writer.member("amount", refill.amount)
            let (every, zone) = refill.every.shown
            writer.member("every", every)
            if let zone { writer.member("zone", zone) }
            writer.member("mode", refill.mode.rawValue)
        }
    }
}

extension Quota.Refill.Every {
    /// The word or length, and the zone where there is one.
    fileprivate var shown: (every: String, zone: String?) {
        switch self {
        case .day(let zone): ("day", zone)
        case .week(let zone): ("week", zone)
        case .month(let zone): ("month", zone)
        case .length(let length): (length.description, nil)
        }
    }
}
