//! People who are heard in the place of a voice.

use actix_web::http::Method;
use dateline::domain::user::Role;

use super::*;

/// A sound of the library, of so many frames.
async fn sound(client: &Client<'_>, frames: usize) -> Value {
    let bytes = [&[0xff, 0xfb, 0x90, 0x64], &[0; 413][..]].concat().repeat(frames);
    client.send(Method::POST, "/v1/desk/media", &[("content-type", "audio/mpeg")], Some(bytes)).await.ok()
}

both! {
    async fn a_recording_takes_the_place_of_the_voice_for_the_words_it_was_given_for(app) {
        let (admin, made) = (app.admin().await, Voice::new());
        voice(&admin, "en", &json!("en-gb")).await;
        let reader = reader(&app, &app.store, made.speech());
        let world = app.section("world", "दुनिया").await;
        let story = admin.story(&world, "River rises").await;
        let item = sound(&admin, 100).await;
        // Before it is public: nobody hears it.
        let given = json!({ "media_id": item["id"] });
        let put = admin.put(&audio(&story), Some("\"0\""), &given).await;
        let said = put.ok();
        assert_eq!((&said["heard"], &said["recording"]["is_of_working_copy"], &said["recording"]["is_of_live"]), (&Value::Null, &json!(true), &json!(false)));
        let hidden = format!("/v1/media/audio/{}/en.mp3", story.rsplit('/').next().unwrap());
        app.anyone().get(&hidden).await.refused(404, "not-found");
        // With its words it is heard at once, and no voice is asked.
        admin.publish(&story, &["en"]).await.ok();
        assert_eq!(reader.run().unwrap(), 0);
        let recorded = heard(&app, &story).await;
        assert_eq!((&recorded["source"], &recorded["voice"], &recorded["bytes"]), (&json!("recorded"), &Value::Null, &json!(41_700)));
        assert_eq!((&recorded["digital_source_type"], app.anyone().get(&target(&recorded)).await.body.len()), (&Value::Null, 41_700));
        // What is said of it is said of the sound.
        let at = format!("/v1/desk/media/{}", item["id"].as_str().unwrap());
        let kind = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture";
        admin.patch(&at, "\"1\"", &json!({ "digital_source_type": kind })).await.ok();
        assert_eq!(heard(&app, &story).await["digital_source_type"], kind);
        // It is in use.
        admin.delete(&at, "\"2\"").await.refused(409, "in-use");
        assert_eq!(admin.get(&format!("{at}/uses")).await.ok()["data"][0]["article_id"], story.rsplit('/').next().unwrap());
        // Other words silence it, and the voice speaks them.
        change(&admin, &story, &json!({ "headline": "River falls" })).await;
        admin.publish(&story, &["en"]).await.ok();
        assert_eq!(heard(&app, &story).await, Value::Null);
        assert_eq!(reader.run().unwrap(), 1);
        assert_eq!(heard(&app, &story).await["source"], "synthetic");
        // Given again, it says these words.
        admin.put(&audio(&story), None, &given).await.refused(428, "unconditional");
        admin.put(&audio(&story), Some("\"1\""), &given).await.refused(412, "stale");
        let tag = admin.get(&audio(&story)).await.etag();
        let again = admin.put(&audio(&story), Some(&tag), &given).await;
        assert_eq!(again.ok()["heard"], "recorded");
        assert_eq!(heard(&app, &story).await["source"], "recorded");
        // Without it the voice is heard again, which was there all along.
        let without = admin.delete(&audio(&story), &again.etag()).await;
        assert_eq!((&without.ok()["heard"], &without.ok()["recording"]), (&json!("synthetic"), &Value::Null));
        assert_eq!((heard(&app, &story).await["source"].clone(), reader.run().unwrap()), (json!("synthetic"), 0));
        admin.delete(&audio(&story), &without.etag()).await.refused(404, "not-found");
        assert_eq!(admin.delete(&at, "\"2\"").await.status, 204);
    }

    async fn a_recording_that_is_taken_down_or_past_its_licence_is_not_heard(app) {
        let admin = app.admin().await;
        let world = app.section("world", "दुनिया").await;
        let story = admin.story(&world, "River rises").await;
        let item = sound(&admin, 101).await;
        admin.publish(&story, &["en"]).await.ok();
        admin.put(&audio(&story), Some("\"0\""), &json!({ "media_id": item["id"] })).await.ok();
        let recorded = heard(&app, &story).await;
        let at = format!("/v1/desk/media/{}", item["id"].as_str().unwrap());
        admin.act(&format!("{at}/takedown"), "\"1\"", &json!({ "reason": "It is not hers." })).await.ok();
        assert_eq!(heard(&app, &story).await, Value::Null);
        app.anyone().get(&target(&recorded)).await.refused(404, "not-found");
        admin.act(&format!("{at}/reinstate"), "\"2\"", &json!({ "reason": "It is." })).await.ok();
        assert_eq!(heard(&app, &story).await, recorded);
        let until = app.now().plus_seconds(60);
        admin.patch(&at, "\"3\"", &json!({ "licence": { "usable_until": until } })).await;
        let licensed = heard(&app, &story).await;
        app.wait(61);
        let now = heard(&app, &story).await;
        assert!(licensed == recorded && now == Value::Null, "{licensed} {now}");
    }

    async fn what_is_live_is_given_a_voice_by_those_who_publish_and_other_words_by_those_who_write(app) {
        let admin = app.admin().await;
        let world = app.section("world", "दुनिया").await;
        let translator = app.role(Role::Translator, None, Some("en")).await;
        let story = admin.story(&world, "River rises").await;
        let (item, picture) = (sound(&admin, 102).await, crate::library::picture(40, 30, 90));
        let picture = admin.send(Method::POST, "/v1/desk/media", &[("content-type", "image/png")], Some(picture)).await.ok();
        let given = json!({ "media_id": item["id"] });
        let put = translator.put(&audio(&story), Some("\"0\""), &given).await;
        put.ok();
        translator.delete(&audio(&story), &put.etag()).await.ok();
        admin.publish(&story, &["en"]).await.ok();
        let tag = translator.get(&audio(&story)).await.etag();
        translator.put(&audio(&story), Some(&tag), &given).await.refused(403, "forbidden");
        app.anyone().get(&audio(&story)).await.refused(401, "unauthenticated");
        for other in [&picture["id"], &json!("0192aaaa-0000-7000-8000-000000000001")] {
            let refused = admin.put(&audio(&story), Some(&tag), &json!({ "media_id": other })).await;
            assert_eq!(refused.violations(), [("#/media_id".to_owned(), "unknown_audio".to_owned())]);
        }
        admin.get(&format!("{story}/translations/kn/audio")).await.refused(404, "not-found");
        let hindi = app.role(Role::Translator, None, Some("hi")).await;
        hindi.post(&audio(&story), &json!(null)).await.refused(403, "forbidden");
    }

    async fn words_that_are_deleted_take_their_recording_along(app) {
        let admin = app.admin().await;
        let world = app.section("world", "दुनिया").await;
        let story = admin.story(&world, "River rises").await;
        let hindi = format!("{story}/translations/hi");
        admin.put(&hindi, None, &json!({ "headline": "नदी" })).await;
        let item = sound(&admin, 103).await;
        admin.put(&format!("{hindi}/audio"), Some("\"0\""), &json!({ "media_id": item["id"] })).await.ok();
        assert_eq!(admin.delete(&hindi, &admin.get(&hindi).await.etag()).await.status, 204);
        assert_eq!(admin.delete(&format!("/v1/desk/media/{}", item["id"].as_str().unwrap()), "\"1\"").await.status, 204);
    }
}
