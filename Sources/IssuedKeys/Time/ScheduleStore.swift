// SPDX-License-Identifier: Apache-2.0
package import Access

/// What a transaction offers to the schedule.
package protocol ScheduleRecords: KeyRecords {
    /// Keys whose next look is due, the longest overdue first. Cost: by index, whatever the number of keys.
    func prospects(dueBy now: Instant, limit: Int) throws -> [KeyProspect]
    /// One key with what decides its future, or nil.
    func prospect(of id: KeyID) throws -> KeyProspect?
    /// Notes that something was told of a key.
    func note(_ notice: Notice, toldOf id: KeyID) throws
}

/// When a key is to be looked at next.
package struct NextLook: Equatable, Sendable {
    package let key: KeyID
    /// Nil for never, unless it is changed.
    package let at: Instant?
    /// What it was when that was decided; where either has changed since, the decision is void.
    package let revision: Int64
    package let dueAt: Instant?

    init(_ prospect: KeyProspect, at moment: Instant?) {
        key = prospect.key.id
        at = moment
        revision = prospect.key.revision
        dueAt = prospect.dueAt
    }
}
