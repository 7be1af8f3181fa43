// SPDX-License-Identifier: Apache-2.0
import Access
import Secrets
import TestKit
import Testing

@Suite struct CheckpointTests {
    private static let checkpoint = Checkpoint(
        origin: "bitting/0f3a91c4", size: 20_852_163, root: Digest(of: [[1]]), at: FixedTime.start)

    @Test("its text has the lines of the format, and the moment behind them")
    func text() throws {
        #expect(
            Self.checkpoint.text == """
                bitting/0f3a91c4
                20852163
                S/USLzRFVMU73i67jNK349FgCtYxw4Wl18ziPHeFRZo=
                at 2026-01-31T09:00:00.000Z

                """)
        #expect(try Checkpoint(parsing: Self.checkpoint.text) == Self.checkpoint)
    }

    @Test("one of another log, without a moment or with lines of its own, is read")
    func others() throws {
        let text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
        let read = try Checkpoint(parsing: text)
        #expect(read.size == 20_852_163)
        #expect(read.at == nil)
        #expect(read.text == text)
        #expect(try Checkpoint(parsing: text + "something\nat noon\n").at == nil)
        #expect(try Checkpoint(parsing: text + "x\nat 2026-01-31T09:00:00Z\n").at == FixedTime.start)
    }

    private static let root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="

    @Test(
        "other texts are no checkpoints",
        arguments: [
            "", "a\n", "a\n1\n", "a\n-1\n\(root)\n", "a\n01\n\(root)\n", "a\n+1\n\(root)\n", "a\n1 \n\(root)\n",
            "a\n9223372036854775808\n\(root)\n", "a\n1\nAAAA\n", "a\n1\n\(root)x\n", "a\nx\n\(root)\n",
        ])
    func refused(_ text: String) {
        #expect(throws: NoteFault.notACheckpoint) { try Checkpoint(parsing: text) }
    }
}
