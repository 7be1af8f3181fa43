// SPDX-License-Identifier: Apache-2.0
internal import Access

extension Integration {
    /// No name twice among its limits, because answers tell them apart by it; and none is shared by anybody, because all
    /// calls through it are counted together.
    static func check(_ limits: [Limit]) throws {
        var names: Set<String> = []
        for (position, limit) in limits.enumerated() {
            guard names.insert(limit.name).inserted else {
                throw Refusal.invalid(
                    pointer: "/limits/\(position)/name", detail: "Another limit of this list has that name.",
                    fix: "Give each its own name.")
            }
            guard limit.sharedBy == .key else {
                throw Refusal.invalid(
                    pointer: "/limits/\(position)/shared_by",
                    detail: "An integration's limits count all calls through it together.", fix: "Leave it out.")
            }
        }
    }
}
