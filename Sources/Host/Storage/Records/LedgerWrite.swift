/// One change to what is known of slots, runs and jobs. Many of them are written together, in their
/// order, or none of them is.
package enum LedgerWrite: Sendable, Hashable {
  /// Like `recordSlots`.
  case slot(SlotRecord)
  /// Like `closeSlots`.
  case ending(SlotEnding)
  /// Like `recordStreaks`.
  case streak(SlotStreak)
  /// Like `appendRuns`.
  case run(RunRecord)
  /// Like `saveAnchors`.
  case anchor(AnchorRecord)
  /// Like `forgetAnchors`.
  case forgetAnchor(SlotSequence)
  /// Like `saveStandings`.
  case standing(StandingRecord)
  /// Like `forgetStandings`, for one job.
  case forgetStanding(String)
}
