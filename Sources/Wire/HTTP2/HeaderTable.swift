// SPDX-License-Identifier: Apache-2.0

/// The tables that header blocks refer to (RFC 7541, 2.3): the fixed one, then what this connection's blocks added,
/// the newest first.
struct HeaderTable: Sendable {
    struct Entry: Sendable {
        let name: [UInt8]
        let value: [UInt8]
        var size: Int { name.count + value.count + HeaderTable.overhead }

        init(_ name: [UInt8], _ value: [UInt8]) {
            self.name = name
            self.value = value
        }
    }

    /// What an entry counts beside its bytes (RFC 7541, 4.1).
    static let overhead = 32
    /// The size we let it have: the default of SETTINGS_HEADER_TABLE_SIZE.
    static let limit = 4096

    /// The oldest first; what stands before `first` is gone.
    private var entries: [Entry] = []
    private var first = 0
    private var size = 0
    private var capacity = limit
    /// Changes with every entry that comes or goes.
    private(set) var generation = 0

    /// The entry of an index; nil where there is none.
    func entry(_ index: Int) -> Entry? {
        guard index > 0 else { return nil }
        if index <= Self.fixed.count { return Self.fixed[index - 1] }
        let position = entries.count - (index - Self.fixed.count)
        return position >= first && position < entries.count ? entries[position] : nil
    }

    /// Adds the newest entry. One that is larger than the table empties it (RFC 7541, 4.4).
    mutating func add(_ entry: Entry) {
        generation += 1
        evict(to: capacity - entry.size)
        guard entry.size <= capacity else { return }
        entries.append(entry)
        size += entry.size
    }

    /// Sets the size that the other side keeps to. False for one beyond what we let it have.
    mutating func resize(_ capacity: Int) -> Bool {
        guard capacity <= Self.limit else { return false }
        self.capacity = capacity
        generation += 1
        evict(to: capacity)
        return true
    }

    private mutating func evict(to room: Int) {
        while first < entries.count, size > room {
            size -= entries[first].size
            first += 1
        }
        if first == entries.count || first >= 256 {
            entries.removeSubrange(..<first)
            first = 0
        }
    }

    /// RFC 7541, appendix A.
    private static let fixed: [Entry] = pairs.map { Entry(Array($0.0.utf8), Array($0.1.utf8)) }

    private static let pairs: [(String, String)] = [
        (":authority", ""), (":method", "GET"), (":method", "POST"),
        (":path", "/"), (":path", "/index.html"), (":scheme", "http"),
        (":scheme", "https"), (":status", "200"), (":status", "204"),
        (":status", "206"), (":status", "304"), (":status", "400"),
        (":status", "404"), (":status", "500"), ("accept-charset", ""),
        ("accept-encoding", "gzip, deflate"), ("accept-language", ""), ("accept-ranges", ""),
        ("accept", ""), ("access-control-allow-origin", ""), ("age", ""),
        ("allow", ""), ("authorization", ""), ("cache-control", ""),
        ("content-disposition", ""), ("content-encoding", ""), ("content-language", ""),
        ("content-length", ""), ("content-location", ""), ("content-range", ""),
        ("content-type", ""), ("cookie", ""), ("date", ""),
        ("etag", ""), ("expect", ""), ("expires", ""),
        ("from", ""), ("host", ""), ("if-match", ""),
        ("if-modified-since", ""), ("if-none-match", ""), ("if-range", ""),
        ("if-unmodified-since", ""), ("last-modified", ""), ("link", ""),
        ("location", ""), ("max-forwards", ""), ("proxy-authenticate", ""),
        ("proxy-authorization", ""), ("range", ""), ("referer", ""),
        ("refresh", ""), ("retry-after", ""), ("server", ""),
        ("set-cookie", ""), ("strict-transport-security", ""), ("transfer-encoding", ""),
        ("user-agent", ""), ("vary", ""), ("via", ""),
        ("www-authenticate", ""),
    ]
}
