// SPDX-License-Identifier: Apache-2.0
import Access
import Secrets
import TestKit
import Testing

@Suite struct MerkleFrontierTests {
    /// The entries that Certificate Transparency's own tests use, and the root after each.
    static let entries: [[UInt8]] = [
        [], [0x00], [0x10], [0x20, 0x21], [0x30, 0x31], [0x40, 0x41, 0x42, 0x43],
        [0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57], Array(0x60...0x6F),
    ]
    static let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]

    @Test("the known roots of 0 to 8 entries", arguments: 0...8)
    func known(_ count: Int) {
        var tree = MerkleFrontier.empty
        for entry in Self.entries.prefix(count) { tree.append(entry) }
        #expect(tree.root.hexadecimal == Self.roots[count])
        #expect(tree.size == Int64(count))
    }

    /// RFC 9162, section 2.1.1, as it stands there: split at the largest power of two below the count.
    private static func root(_ entries: ArraySlice<Digest>) -> Digest {
        guard entries.count > 1 else { return entries.first.map { Digest(leafOf: $0) } ?? Digest(of: []) }
        var split = 1
        while split * 2 < entries.count { split *= 2 }
        let middle = entries.startIndex + split
        return Digest(nodeOf: root(entries[..<middle]), root(entries[middle...]))
    }

    @Test("extended entry by entry it has the root that the definition gives, at every size up to 300")
    func definition() {
        var random = Seeded(9162)
        var tree = MerkleFrontier.empty
        var entries: [Digest] = []
        for _ in 0..<300 {
            let entry = Digest(of: [(0..<32).map { _ in UInt8.random(in: 0...255, using: &random) }])
            entries.append(entry)
            tree.append(entry)
            #expect(tree.root == Self.root(entries[...]))
            #expect(tree.peaks.count == entries.count.nonzeroBitCount)
        }
    }

    @Test("a digest as an entry is its 32 bytes")
    func digestEntry() {
        let entry = Digest(of: [[1, 2, 3]])
        var one = MerkleFrontier.empty
        var other = MerkleFrontier.empty
        one.append(entry)
        other.append(entry.bytes)
        #expect(one == other)
    }

    @Test("stored and read back it goes on as if nothing had been")
    func stored() throws {
        var whole = MerkleFrontier.empty
        var resumed = MerkleFrontier.empty
        for number in 0..<100 {
            whole.append([UInt8(number)])
            resumed.append([UInt8(number)])
            resumed = try #require(MerkleFrontier(size: resumed.size, peaks: resumed.peaks))
        }
        #expect(whole == resumed)
    }

    @Test(
        "a size asks for one peak a bit",
        arguments: [(-1, 0), (0, 1), (1, 0), (3, 1), (4, 2), (7, 2)] as [(Int64, Int)])
    func wrongPeaks(_ size: Int64, _ count: Int) {
        #expect(MerkleFrontier(size: size, peaks: [Digest](repeating: Digest(of: []), count: count)) == nil)
    }
}
