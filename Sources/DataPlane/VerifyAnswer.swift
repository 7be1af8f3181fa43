// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import IssuedKeys
internal import Metering
internal import NIOCore

/// The JSON that `/v1/verify` answers with. What is not known is `null`, and every member is always there.
enum VerifyAnswer {
    static func write(
        _ verdict: Verdict, _ token: ShownToken?, _ contents: borrowing KeyIndex.Contents, _ tally: Tally,
        _ reservation: (id: ReservationID, end: Instant)?, at now: Instant, into out: inout ByteBuffer
    ) {
        out.writeStaticString(verdict.code == .valid ? "{\"valid\":true,\"code\":\"" : "{\"valid\":false,\"code\":\"")
        out.writeStaticString(verdict.code.text)
        guard let key = verdict.key else {
            out.writeStaticString(
                """
                ","key_id":null,"keyspace":null,"environment":null,"owner":null,"name":null,"scopes":[],"metadata":{},\
                "expires_at":null,"secret":null,"grace_expires_at":null,"retiring_since":null,"varies_with":[],"limits":[],"quota":null,"retry_after":null,\
                "reservation":null}
                """)
            return
        }
        write(key, token, contents, into: &out)
        LimitAnswer.writeMembers(tally, contents.limits(of: key), at: now, into: &out)
        if let reservation {
            out.writeStaticString(",\"reservation\":{\"id\":\"")
            out.writeIdentifier("res_", high: reservation.id.high, low: reservation.id.low)
            out.writeStaticString("\",\"expires_at\":")
            out.writeMoment(reservation.end)
            out.writeStaticString("}}")
        } else {
            out.writeStaticString(",\"reservation\":null}")
        }
    }

    private static func write(
        _ key: KeyPosition, _ token: ShownToken?, _ contents: borrowing KeyIndex.Contents, into out: inout ByteBuffer
    ) {
        let portrait = contents.portrait(key)
        out.writeStaticString("\",\"key_id\":\"")
        out.writeIdentifier("key_", high: portrait.id.high, low: portrait.id.low)
        out.writeStaticString("\",\"keyspace\":\"")
        out.writeString(contents.keyspaceName(of: key))
        out.writeStaticString("\",\"environment\":\"")
        out.writeString(contents.environment(of: key))
        switch portrait.owner {
        case .account: out.writeStaticString("\",\"owner\":{\"type\":\"account\",\"id\":\"")
        case .app: out.writeStaticString("\",\"owner\":{\"type\":\"app\",\"id\":\"")
        case .user: out.writeStaticString("\",\"owner\":{\"type\":\"user\",\"id\":\"")
        }
        out.writeOwner(portrait.owner)
        out.writeStaticString("\",\"account\":\"")
        out.writeIdentifier("acc_", high: portrait.account.high, low: portrait.account.low)
        out.writeStaticString("\"},\"name\":")
        out.writeQuoted(contents.name(of: key).span)
        out.writeStaticString(",\"scopes\":")
        out.writeScopes(contents.scopeText(of: key, by: token))
        out.writeStaticString(",\"metadata\":")
        out.writeString(contents.metadata(of: key))
        out.writeStaticString(",\"expires_at\":")
        out.writeMoment(token.map { min($0.expiresAt, portrait.expiresAt) } ?? portrait.expiresAt)
        // Whoever keeps verdicts keeps those of current secrets alone: the end of one token is told to nobody.
        let current: StaticString = token == nil ? ",\"secret\":\"current\"" : ",\"secret\":\"token\""
        out.writeStaticString(portrait.isRetiring ? ",\"secret\":\"retiring\"" : current)
        out.writeStaticString(",\"grace_expires_at\":")
        out.writeMoment(portrait.graceExpiresAt)
        out.writeStaticString(",\"retiring_since\":")
        out.writeMoment(portrait.retiringSince)
        switch contents.variesWith(key) {
        case (false, false): out.writeStaticString(",\"varies_with\":[]")
        case (true, false): out.writeStaticString(",\"varies_with\":[\"address\"]")
        case (false, true): out.writeStaticString(",\"varies_with\":[\"route\"]")
        case (true, true): out.writeStaticString(",\"varies_with\":[\"address\",\"route\"]")
        }
    }
}
