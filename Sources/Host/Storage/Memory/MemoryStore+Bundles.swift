package import PluginAPI

extension MemoryStore {
  package func acceptBundle(_ bundle: BundleRecord) async throws(StoreError) -> BundleAcceptance {
    try write { content throws(StoreError) in
      let key = EffectKey(bundle)
      if let id = content.effects[key], let stored = content.bundles[id] {
        return .existing(stored)
      }
      guard content.bundles[bundle.id] == nil else {
        throw StoreError(.conflict, "bundle \(bundle.id) is stored already for another effect")
      }
      content.effects[key] = bundle.id
      content.bundles[bundle.id] = bundle
      return .accepted
    }
  }

  package func updateBundle(_ bundle: BundleRecord) async throws(StoreError) {
    try write { content throws(StoreError) in
      guard content.bundles[bundle.id] != nil else {
        throw StoreError(.missing, "bundle \(bundle.id) was never accepted")
      }
      content.bundles[bundle.id] = bundle
    }
  }

  package func unfinishedBundles() async throws(StoreError) -> [BundleRecord] {
    try read { content in
      content.bundles.values.filter { $0.ended == nil }.sorted(limit: .max) {
        ($0.accepted, $0.id) < ($1.accepted, $1.id)
      }
    }
  }

  package func bundles(job: String?, limit: Int) async throws(StoreError) -> [BundleRecord] {
    try read { content in
      content.bundles.values.filter { job == nil || $0.job == job }.sorted(limit: limit) {
        ($0.accepted, $0.id) > ($1.accepted, $1.id)
      }
    }
  }

  package func bundles(run: String) async throws(StoreError) -> [BundleRecord] {
    try read { content in
      content.bundles.values.filter { $0.run == run }.sorted(limit: .max) {
        $0.effect < $1.effect
      }
    }
  }

  package func bundle(id: BundleID) async throws(StoreError) -> BundleRecord? {
    try read { $0.bundles[id] }
  }

  package func bundleCosts(since time: Timestamp) async throws(StoreError) -> BundleCosts {
    try read { content in
      let counted = content.bundles.values.filter {
        $0.accepted >= time && ($0.landedSlot != nil || $0.ended == nil)
      }
      return BundleCosts(
        tips: SOL(counted.reduce(0) { $0 + $1.tip.count }),
        fees: SOL(counted.reduce(0) { $0 + $1.fee.count }))
    }
  }
}
