// SPDX-License-Identifier: Apache-2.0
import Access
import Shapes
import Wire

extension Shape where Value == [Limit] {
    /// Limits that are counted for an integration as a whole: none is shared by anybody.
    static var integrationLimits: Shape {
        Shape { json, pointer throws(FieldFault) in
            let limits = try Shape<[Limit]>.limits.read(json, pointer)
            guard let place = limits.firstIndex(where: { $0.sharedBy != .key }) else { return limits }
            throw .value(
                "\(pointer)/\(place)/shared_by", "An integration's limits count all calls through it together.",
                fix: "Leave `shared_by` out.")
        }
    }
}
