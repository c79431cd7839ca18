//! The tables, as the migrations make them; a test compares the two.

diesel::table! {
    use diesel::sql_types::{Bool, Integer, Nullable, Text};
    use crate::store::dialect::{At, Doc, Uid};

    site (id) {
        id -> Integer,
        name -> Text,
        url -> Text,
        default_locale -> Text,
        time_zone -> Text,
        url_pattern -> Text,
        review -> Text,
        credit_labels -> Doc,
        version -> Integer,
        updated_at -> At,
        authors_public -> Text,
        desk_reading -> Text,
        former_url_patterns -> Doc,
        retired_locales -> Text,
        preview_url -> Nullable<Text>,
        renditions -> Doc,
        unique_on_page -> Bool,
        recency_percent -> Integer,
        half_life_days -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::store::dialect::{At, Doc, Uid};

    locales (locale) {
        locale -> Text,
        name -> Text,
        direction -> Text,
        fallback -> Doc,
        words_per_minute -> Integer,
        position -> Integer,
        version -> Integer,
        state -> Text,
        former_tags -> Doc,
        voice -> Nullable<Doc>,
    }
}

diesel::table! {
    use diesel::sql_types::{Binary, Integer, Nullable, Text};
    use crate::store::dialect::{At, Doc, Uid};

    users (id) {
        id -> Uid,
        email -> Text,
        name -> Text,
        status -> Text,
        password_hash -> Text,
        version -> Integer,
        created_at -> At,
        updated_at -> At,
        sort_key -> Nullable<Binary>,
        name_key -> Nullable<Text>,
        kind -> Text,
        second_factor_at -> Nullable<At>,
        identity_issuer -> Nullable<Text>,
        identity_subject -> Nullable<Text>,
        left_at -> Nullable<At>,
    }
}

diesel::table! {
    use diesel::sql_types::{Nullable, Text, Integer};
    use crate::store::dialect::{At, Doc, Uid};

    sections (id) {
        id -> Uid,
        parent_id -> Nullable<Uid>,
        path -> Text,
        position -> Integer,
        version -> Integer,
        created_at -> At,
        updated_at -> At,
    }
}

diesel::table! {
    use diesel::sql_types::{Bool, Nullable, Text};
    use crate::store::dialect::{At, Doc, Uid};

    grants (id) {
        id -> Uid,
        user_id -> Uid,
        role -> Text,
        section_id -> Nullable<Uid>,
        locale -> Nullable<Text>,
        by_group -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::{Text, Integer};
    use crate::store::dialect::{At, Doc, Uid};

    authors (id) {
        id -> Uid,
        kind -> Text,
        version -> Integer,
        created_at -> At,
        updated_at -> At,
    }
}

diesel::table! {
    use diesel::sql_types::{Text, Integer};
    use crate::store::dialect::{At, Doc, Uid};

    tags (id) {
        id -> Uid,
        kind -> Text,
        version -> Integer,
        created_at -> At,
        updated_at -> At,
    }
}

diesel::table! {
    use diesel::sql_types::Text;
    use crate::store::dialect::{At, Doc, Uid};

    names (target_id, locale) {
        target_id -> Uid,
        locale -> Text,
        name -> Text,
        slug -> Text,
        about -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::Text;
    use crate::store::dialect::Uid;

    merged (id) {
        id -> Uid,
        kind -> Text,
        into_id -> Uid,
    }
}

diesel::table! {
    use diesel::sql_types::{Binary, Text};
    use crate::store::dialect::Uid;

    sorted_names (locale, kind, sort_key, target_id) {
        locale -> Text,
        kind -> Text,
        sort_key -> Binary,
        target_id -> Uid,
        folded -> Text,
    }
}

diesel::table! {
    sorted_locales (locale) {
        locale -> Text,
        made_with -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::{Text, Bool};
    use crate::store::dialect::{At, Doc, Uid};

    addresses (locale, slug) {
        locale -> Text,
        slug -> Text,
        kind -> Text,
        target_id -> Uid,
    }
}

diesel::table! {
    use diesel::sql_types::{Text, Nullable, Integer};
    use crate::store::dialect::{At, Doc, Uid};

    articles (id) {
        id -> Uid,
        kind -> Text,
        genre -> Text,
        section_id -> Uid,
        lead -> Nullable<Doc>,
        source_locale -> Text,
        embargo_until -> Nullable<At>,
        version -> Integer,
        created_by -> Nullable<Uid>,
        created_at -> At,
        updated_at -> At,
        withdrawn_at -> Nullable<At>,
        trashed_at -> Nullable<At>,
    }
}

diesel::table! {
    use diesel::sql_types::Integer;
    use crate::store::dialect::{At, Doc, Uid};

    article_tags (article_id, position) {
        article_id -> Uid,
        position -> Integer,
        tag_id -> Uid,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Text};
    use crate::store::dialect::{At, Doc, Uid};

    article_credits (article_id, position) {
        article_id -> Uid,
        position -> Integer,
        role -> Text,
        author_id -> Uid,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::store::dialect::{At, Doc, Uid};

    article_revisions (article_id, version) {
        article_id -> Uid,
        version -> Integer,
        facts -> Doc,
        saved_by -> Nullable<Uid>,
        saved_at -> At,
        note -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::{Text, Nullable, Integer};
    use crate::store::dialect::{At, Doc, Uid};

    translations (article_id, locale) {
        article_id -> Uid,
        locale -> Text,
        slug -> Text,
        headline -> Text,
        state -> Text,
        made_from_locale -> Nullable<Text>,
        made_from_version -> Nullable<Integer>,
        version -> Integer,
        updated_by -> Nullable<Uid>,
        created_at -> At,
        updated_at -> At,
        headline_key -> Nullable<Text>,
        changes_requested_at -> Nullable<At>,
    }
}

diesel::table! {
    use diesel::sql_types::{Bool, Text, Integer, Nullable};
    use crate::store::dialect::{At, Doc, Uid};

    translation_revisions (article_id, locale, version) {
        article_id -> Uid,
        locale -> Text,
        version -> Integer,
        slug -> Text,
        words -> Doc,
        made_from -> Nullable<Doc>,
        saved_by -> Nullable<Uid>,
        saved_at -> At,
        note -> Text,
        approved -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::{Binary, Bool, Text, Integer, Nullable};
    use crate::store::dialect::{At, Doc, Uid};

    editions (id) {
        id -> Uid,
        article_id -> Uid,
        locale -> Text,
        kind -> Text,
        genre -> Text,
        section_id -> Uid,
        facts -> Doc,
        facts_version -> Integer,
        slug -> Text,
        html -> Text,
        text -> Text,
        words_version -> Integer,
        word_count -> Integer,
        reading_minutes -> Integer,
        published_at -> At,
        updated_at -> At,
        started_at -> At,
        ended_at -> Nullable<At>,
        minor -> Bool,
        made_from_locale -> Nullable<Text>,
        made_from_version -> Nullable<Integer>,
        behind -> Integer,
        lag -> Doc,
        content -> Doc,
        moved_only -> Bool,
        spoken -> Nullable<Binary>,
        media -> Doc,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::dialect::{At, Doc, Uid};

    edition_authors (edition_id, author_id) {
        edition_id -> Uid,
        author_id -> Uid,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::dialect::{At, Doc, Uid};

    edition_tags (edition_id, tag_id) {
        edition_id -> Uid,
        tag_id -> Uid,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Text, Nullable};
    use crate::store::dialect::{At, Doc, Uid};

    changes (seq) {
        seq -> BigInt,
        at -> At,
        audience -> Text,
        event -> Text,
        kind -> Text,
        subject_id -> Nullable<Uid>,
        locale -> Nullable<Text>,
        actor -> Text,
        request_id -> Text,
        origin -> Text,
        reason -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, BigInt};
    use crate::store::dialect::{At, Doc, Uid};

    change_counter (id) {
        id -> Integer,
        seq -> BigInt,
        at -> At,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::store::dialect::{At, Uid};

    redirects (id) {
        id -> Uid,
        path -> Text,
        status -> Integer,
        kind -> Nullable<Text>,
        target_id -> Nullable<Uid>,
        locale -> Nullable<Text>,
        url -> Nullable<Text>,
        note -> Text,
        version -> Integer,
        created_at -> At,
        updated_at -> At,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Integer, Nullable, Text};
    use crate::store::dialect::{At, Doc, Uid};

    media (id) {
        id -> Uid,
        digest -> Binary,
        bytes -> BigInt,
        kind -> Text,
        file -> Doc,
        description -> Doc,
        words -> Doc,
        usable_from -> Nullable<At>,
        usable_until -> Nullable<At>,
        licence_locales -> Doc,
        licence_once -> Bool,
        search_key -> Text,
        credit_key -> Text,
        taken_down_at -> Nullable<At>,
        taken_down_reason -> Nullable<Text>,
        version -> Integer,
        created_by -> Nullable<Uid>,
        created_at -> At,
        updated_at -> At,
        captions -> Doc,
    }
}

diesel::table! {
    use diesel::sql_types::{Binary, Integer, Nullable, Text};
    use crate::store::dialect::{At, Doc, Uid};

    recordings (article_id, locale) {
        article_id -> Uid,
        locale -> Text,
        state -> Text,
        failure -> Text,
        wanted -> Nullable<Binary>,
        spoken -> Nullable<Binary>,
        script -> Nullable<Binary>,
        digest -> Nullable<Binary>,
        sound -> Nullable<Doc>,
        attempts -> Integer,
        next_at -> At,
        holder -> Nullable<Uid>,
        held_until -> Nullable<At>,
        media_id -> Nullable<Uid>,
        recorded_of -> Nullable<Binary>,
        recorded_by -> Nullable<Uid>,
        recorded_at -> Nullable<At>,
        version -> Integer,
        updated_at -> At,
    }
}

diesel::table! {
    use diesel::sql_types::Binary;
    use crate::store::dialect::At;

    dropped_files (digest) {
        digest -> Binary,
        dropped_at -> At,
    }
}

diesel::table! {
    use diesel::sql_types::Text;
    use crate::store::dialect::Uid;

    media_captions (media_id, locale) {
        media_id -> Uid,
        locale -> Text,
        vtt -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::Text;
    use crate::store::dialect::Uid;

    translation_media (media_id, article_id, locale) {
        media_id -> Uid,
        article_id -> Uid,
        locale -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::store::dialect::{At, Doc, Uid};

    article_media (media_id, article_id) {
        media_id -> Uid,
        article_id -> Uid,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Nullable, Text};
    use crate::store::dialect::{At, Uid};

    uploads (id) {
        id -> Uid,
        user_id -> Uid,
        length -> BigInt,
        received -> BigInt,
        name -> Text,
        metadata -> Text,
        media_id -> Nullable<Uid>,
        fault -> Nullable<Text>,
        detail -> Nullable<Text>,
        created_at -> At,
        expires_at -> At,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Text};
    use crate::store::dialect::{At, Uid};

    menus (id) {
        id -> Uid,
        slug -> Text,
        version -> Integer,
        created_at -> At,
        updated_at -> At,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::store::dialect::Uid;

    menu_items (menu_id, place) {
        menu_id -> Uid,
        place -> Integer,
        depth -> Integer,
        kind -> Nullable<Text>,
        target_id -> Nullable<Uid>,
        url -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Text};
    use crate::store::dialect::Uid;

    menu_labels (menu_id, place, locale) {
        menu_id -> Uid,
        place -> Integer,
        locale -> Text,
        label -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::store::dialect::{At, Doc, Uid};

    collections (id) {
        id -> Uid,
        slug -> Text,
        locale -> Nullable<Text>,
        place -> Nullable<Text>,
        section_id -> Nullable<Uid>,
        shows -> Integer,
        query -> Nullable<Doc>,
        version -> Integer,
        created_at -> At,
        updated_at -> At,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable};
    use crate::store::dialect::{At, Uid};

    collection_items (collection_id, place) {
        collection_id -> Uid,
        place -> Integer,
        article_id -> Uid,
        position -> Integer,
        shown_from -> Nullable<At>,
        shown_until -> Nullable<At>,
        media_id -> Nullable<Uid>,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Text};
    use crate::store::dialect::Uid;

    collection_texts (collection_id, place, locale) {
        collection_id -> Uid,
        place -> Integer,
        locale -> Text,
        text -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::{Nullable, Text};
    use crate::store::dialect::{At, Doc, Uid};

    sessions (id) {
        id -> Uid,
        user_id -> Uid,
        scope -> Nullable<Text>,
        created_at -> At,
        expires_at -> At,
        revoked_at -> Nullable<At>,
        network -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::{Binary, Nullable};
    use crate::store::dialect::{At, Doc, Uid};

    refresh_tokens (digest) {
        digest -> Binary,
        session_id -> Uid,
        expires_at -> At,
        used_at -> Nullable<At>,
    }
}

diesel::table! {
    use diesel::sql_types::{Binary, Nullable, Text};
    use crate::store::dialect::{At, Doc, Uid};

    api_keys (id) {
        id -> Uid,
        user_id -> Uid,
        name -> Text,
        handle -> Text,
        digest -> Binary,
        scope -> Nullable<Text>,
        sections -> Nullable<Doc>,
        locales -> Nullable<Doc>,
        created_by -> Nullable<Uid>,
        created_at -> At,
        expires_at -> At,
        revoked_at -> Nullable<At>,
        last_used_at -> Nullable<At>,
    }
}

diesel::table! {
    use diesel::sql_types::{Nullable, Text, Binary};
    use crate::store::dialect::{At, Doc, Uid};

    signing_keys (kid) {
        kid -> Text,
        public -> Binary,
        sealed -> Binary,
        created_at -> At,
        signs_from -> At,
        signs_until -> Nullable<At>,
        revoked_at -> Nullable<At>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Bool, Nullable, Text};
    use crate::store::dialect::{At, Uid};

    idempotency_keys (user_id, key) {
        user_id -> Uid,
        key -> Text,
        fingerprint -> Binary,
        request_id -> Text,
        committed -> Bool,
        claimed_at -> At,
        answer -> Nullable<Binary>,
        claimed_by -> Nullable<BigInt>,
        forgotten -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::Text;
    use crate::store::dialect::{At, Doc, Uid};

    imports (kind, key) {
        kind -> Text,
        key -> Text,
        target_id -> Uid,
        digest -> Text,
        versions -> Doc,
    }
}

diesel::table! {
    use diesel::sql_types::{Nullable, Text};
    use crate::store::dialect::{At, Doc, Uid};

    assignments (article_id, locale) {
        article_id -> Uid,
        locale -> Text,
        user_id -> Uid,
        due_at -> Nullable<At>,
        assigned_by -> Nullable<Uid>,
        assigned_at -> At,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::store::dialect::{At, Doc, Uid};

    comments (id) {
        id -> Uid,
        article_id -> Uid,
        parent_id -> Nullable<Uid>,
        locale -> Nullable<Text>,
        block_id -> Nullable<Text>,
        text -> Text,
        created_by -> Nullable<Uid>,
        created_at -> At,
        updated_at -> At,
        resolved_by -> Nullable<Uid>,
        resolved_at -> Nullable<At>,
        version -> Integer,
        range_start -> Nullable<Integer>,
        range_end -> Nullable<Integer>,
        quote -> Nullable<Text>,
    }
}

diesel::table! {
    use crate::store::dialect::{At, Uid};

    comment_mentions (comment_id, user_id) {
        comment_id -> Uid,
        user_id -> Uid,
        mentioned_at -> At,
    }
}

diesel::table! {
    use diesel::sql_types::{Bool, Integer, Nullable, Text};
    use crate::store::dialect::{At, Doc, Uid};

    plans (id) {
        id -> Uid,
        article_id -> Uid,
        locale -> Text,
        verb -> Text,
        at -> At,
        words_version -> Nullable<Integer>,
        facts_version -> Nullable<Integer>,
        minor -> Bool,
        planned_by -> Nullable<Uid>,
        planned_at -> At,
        failed_at -> Nullable<At>,
        failure -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::store::dialect::{At, Doc, Uid};

    releases (id) {
        id -> Uid,
        name -> Text,
        publish_at -> Nullable<At>,
        published_at -> Nullable<At>,
        failed_at -> Nullable<At>,
        version -> Integer,
        created_by -> Nullable<Uid>,
        created_at -> At,
        updated_at -> At,
        planned_by -> Nullable<Uid>,
        failure -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Text};
    use crate::store::dialect::{At, Doc, Uid};

    release_items (release_id, position) {
        release_id -> Uid,
        position -> Integer,
        article_id -> Uid,
        locale -> Text,
        words_version -> Integer,
        facts_version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::store::dialect::{At, Doc, Uid};

    corrections (id) {
        id -> Uid,
        article_id -> Uid,
        kind -> Text,
        texts -> Doc,
        blocks -> Doc,
        made_at -> At,
        version -> Integer,
        created_by -> Nullable<Uid>,
        updated_at -> At,
    }
}

diesel::table! {
    use diesel::sql_types::{Nullable, Text};
    use crate::store::dialect::{At, Doc, Uid};

    takedowns (id) {
        id -> Uid,
        article_id -> Uid,
        reason -> Text,
        taken_by -> Nullable<Uid>,
        taken_at -> At,
        lifted_reason -> Nullable<Text>,
        lifted_by -> Nullable<Uid>,
        lifted_at -> Nullable<At>,
        erased_reason -> Nullable<Text>,
        erased_by -> Nullable<Uid>,
        erased_at -> Nullable<At>,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::store::dialect::{At, Doc, Uid};

    previews (id) {
        id -> Uid,
        article_id -> Uid,
        locale -> Text,
        words_version -> Integer,
        facts_version -> Integer,
        created_by -> Nullable<Uid>,
        created_at -> At,
        expires_at -> At,
        revoked_at -> Nullable<At>,
    }
}

diesel::table! {
    use diesel::sql_types::Text;
    use crate::store::dialect::{At, Uid};

    live_listings (facet, locale, published_at, article_id) {
        facet -> Uid,
        locale -> Text,
        published_at -> At,
        article_id -> Uid,
        updated_at -> At,
        edition_id -> Uid,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::store::dialect::{At, Uid};

    translation_queue (article_id, locale) {
        article_id -> Uid,
        locale -> Text,
        section_id -> Uid,
        class -> Nullable<Integer>,
        since -> At,
        outside_class -> Nullable<Integer>,
        outside_since -> Nullable<At>,
    }
}

diesel::table! {
    use diesel::sql_types::{Bool, Nullable, Text};
    use crate::store::dialect::Uid;

    queue_fills (locale) {
        locale -> Text,
        clears -> Bool,
        through -> Nullable<Uid>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Integer, Nullable, Text};
    use crate::store::dialect::{At, Uid};

    jobs (kind, name) {
        name -> Text,
        kind -> Text,
        place -> Nullable<BigInt>,
        attempts -> Integer,
        next_at -> At,
        failure -> Nullable<Text>,
        holder -> Nullable<Uid>,
        held_until -> Nullable<At>,
    }
}

diesel::table! {
    use diesel::sql_types::{Binary, Nullable, Text};
    use crate::store::dialect::{At, Uid};

    sign_in_codes (digest) {
        digest -> Binary,
        user_id -> Uid,
        challenge -> Text,
        redirect_uri -> Text,
        scope -> Nullable<Text>,
        expires_at -> At,
    }
}

diesel::table! {
    use diesel::sql_types::{Binary, Bool, Nullable, Text};
    use crate::store::dialect::{At, Uid};

    password_links (digest) {
        digest -> Binary,
        user_id -> Uid,
        kind -> Text,
        email -> Text,
        mailed -> Bool,
        created_at -> At,
        expires_at -> At,
        ended_at -> Nullable<At>,
    }
}

diesel::table! {
    use diesel::sql_types::{Binary, Integer};
    use crate::store::dialect::{At, Uid};

    mails (id) {
        id -> Uid,
        link -> Binary,
        sealed -> Binary,
        attempts -> Integer,
        next_at -> At,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Integer, Nullable};
    use crate::store::dialect::{At, Uid};

    second_factors (user_id) {
        user_id -> Uid,
        sealed -> Binary,
        last_step -> BigInt,
        tried -> Integer,
        tried_since -> Nullable<At>,
    }
}

diesel::table! {
    use diesel::sql_types::Binary;
    use crate::store::dialect::Uid;

    recovery_codes (user_id, digest) {
        user_id -> Uid,
        digest -> Binary,
    }
}

diesel::table! {
    rate_limits (budget) {
        budget -> Text,
        whole_at -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Text};
    use crate::store::dialect::Uid;

    view_counts (bucket, article_id, locale) {
        bucket -> BigInt,
        article_id -> Uid,
        locale -> Text,
        views -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Text};
    use crate::store::dialect::Uid;

    most_read (in_window, facet, locale, place) {
        in_window -> Text,
        facet -> Uid,
        locale -> Text,
        place -> BigInt,
        article_id -> Uid,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Integer, Nullable, Text};
    use crate::store::dialect::{At, Uid};

    related_lists (article_id, locale) {
        article_id -> Uid,
        locale -> Text,
        edition_id -> Nullable<Uid>,
        published_at -> At,
        due -> Integer,
        due_since -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Text};
    use crate::store::dialect::Uid;

    related_stories (article_id, locale, place) {
        article_id -> Uid,
        locale -> Text,
        place -> Integer,
        other_id -> Uid,
    }
}

diesel::table! {
    use diesel::sql_types::Integer;
    use crate::store::dialect::Uid;

    related_choices (article_id) {
        article_id -> Uid,
        version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable};
    use crate::store::dialect::Uid;

    related_picks (article_id, other_id) {
        article_id -> Uid,
        other_id -> Uid,
        place -> Nullable<Integer>,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::store::dialect::{At, Uid};

    sign_in_counts (counted) {
        counted -> Text,
        failures -> Integer,
        wrong -> Integer,
        since -> At,
        last -> At,
        user_id -> Nullable<Uid>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    site,
    locales,
    users,
    password_links,
    mails,
    second_factors,
    recovery_codes,
    sections,
    grants,
    authors,
    tags,
    names,
    sorted_names,
    sorted_locales,
    addresses,
    articles,
    article_tags,
    article_credits,
    article_revisions,
    translations,
    translation_revisions,
    editions,
    edition_authors,
    edition_tags,
    changes,
    change_counter,
    sessions,
    refresh_tokens,
    api_keys,
    signing_keys,
    imports,
    redirects,
    media,
    article_media,
    translation_media,
    media_captions,
    recordings,
    dropped_files,
    uploads,
    menus,
    menu_items,
    menu_labels,
    collections,
    collection_items,
    collection_texts,
    idempotency_keys,
    assignments,
    comments,
    comment_mentions,
    plans,
    releases,
    release_items,
    corrections,
    takedowns,
    previews,
    live_listings,
    translation_queue,
    queue_fills,
    jobs,
);
