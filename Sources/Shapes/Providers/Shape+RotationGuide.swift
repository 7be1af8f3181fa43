// SPDX-License-Identifier: Apache-2.0
internal import HeldKeys
internal import Wire

extension Shape where Value == RotationGuide {
    /// `{kind, link?, guide?}`.
    static var rotationGuide: Shape {
        Shape { json, pointer throws(FieldFault) in
            let fields = try Fields(json, at: pointer, ["kind", "link", "guide"])
            return RotationGuide(
                kind: try fields.required("kind", Shape<RotationGuide.Kind>.word),
                link: try fields.nullable("link", .webPage),
                steps: try fields.optional("guide", Shape<String>.text(1...500).list(0...20)) ?? [])
        }
    }
}
