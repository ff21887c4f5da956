/// One change to what is known of slots, runs and jobs. Many of them are written together, in their
/// order, or none of them is.
package enum LedgerWrite: Sendable, Hashable {
  /// An attempt of a slot, before it starts. One that is recorded already stays as it is.
  case slot(SlotRecord)
  /// How a recorded attempt ended. One that has an end keeps it.
  case ending(SlotEnding)
  /// How slots ended, as a run of equal outcomes; one that starts where a stored one of the same
  /// outcome started replaces it. Recorded attempts of these slots end with it.
  case streak(SlotStreak)
  /// A run; it replaces the older record of the same identifier.
  case run(RunRecord)
  /// What a sequence is counted from, in place of what it was counted from before.
  case anchor(AnchorRecord)
  /// The sequence ended.
  case forgetAnchor(SlotSequence)
  /// What keeps a job from running, in place of what kept it before.
  case standing(StandingRecord)
  /// Nothing keeps the job from running any longer.
  case forgetStanding(String)
}
