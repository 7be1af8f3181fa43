// SPDX-License-Identifier: Apache-2.0
import HeldKeys
import Shapes
import Wire

extension JSONWriter {
    /// A provider as it is shown: its name, the shape it was described in, and when.
    mutating func members(of provider: Provider) {
        member("name", provider.name)
        for described in provider.described.asObject ?? [] { member(described.name, described.value) }
        text("created_at", provider.createdAt)
        text("updated_at", provider.updatedAt)
    }
}
