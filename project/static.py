from servestatic.storage import CompressedManifestStaticFilesStorage


class ManifestStorage(CompressedManifestStaticFilesStorage):
    """Static files under names that carry their hash, so that browsers may keep them for ever.

    ES modules import one another by relative paths that end in `;`: those are rewritten too.
    """

    support_js_module_import_aggregation = True
    max_post_process_passes = 20  # each gets one import further up from what imports nothing: more than the longest way

    def stored_name(self, name: str) -> str:
        return super().stored_name(name) if self.hashed_files else name  # nothing has been collected yet
