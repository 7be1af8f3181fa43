// SPDX-License-Identifier: Apache-2.0
package import Access
internal import Foundation

extension TimeZones {
    /// The zones this machine knows, by the IANA database.
    package static let system = TimeZones { name, moment in
        guard let zone = TimeZone(identifier: name) else { return nil }
        return Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(moment.milliseconds) / 1000)))
    }
}
