{
    "name": "Customer Voice",
    "version": "19.0.1.2.0",
    "category": "Services",
    "summary": "What customers say, what was done about it, what they do unsaid",
    "author": "Customer Suite maintainers",
    "license": "LGPL-3",
    "depends": ["crm_suite", "sale_crm", "portal_rating", "survey"],
    "external_dependencies": {"python": ["numpy", "rapidfuzz"]},
    "data": [
        "security/crm_ecrm_groups.xml",
        "security/ir.model.access.csv",
        "security/crm_ecrm_rules.xml",
        "data/ir_sequence.xml",
        # preference
        "wizard/ecrm_consent_note_views.xml",
        "views/ecrm_consent_views.xml",
        "views/res_partner_preference_views.xml",
        "views/mail_preference_templates.xml",
        "views/ecrm_entry_views.xml",
        # case
        "data/ir_cron_case.xml",
        "wizard/ecrm_case_answer_views.xml",
        "report/ecrm_resolution_views.xml",
        "report/ecrm_complaint_rate_views.xml",
        "views/ecrm_case_category_views.xml",
        "views/ecrm_case_cause_views.xml",
        "views/ecrm_reply_views.xml",
        "views/ecrm_team_views.xml",
        "views/ecrm_case_clock_views.xml",
        "views/ecrm_case_views.xml",
        "views/ecrm_mail_views.xml",
        # feedback
        "data/ecrm_dimension.xml",
        "data/ir_cron_feedback.xml",
        "data/mail_template_feedback.xml",
        "views/ecrm_dimension_views.xml",
        "views/ecrm_feedback_views.xml",
        "report/ecrm_coverage_views.xml",
        "report/ecrm_satisfaction_views.xml",
        "report/ecrm_loop_views.xml",
        "report/ecrm_return_views.xml",
        "wizard/ecrm_departure_note_views.xml",
        "views/ecrm_departure_views.xml",
        "views/ecrm_touchpoint_views.xml",
        # idea
        "data/ir_cron_idea.xml",
        "wizard/ecrm_idea_answer_views.xml",
        "wizard/ecrm_idea_merge_views.xml",
        "views/ecrm_idea_views.xml",
        "views/mail_idea_templates.xml",
        # insight
        "wizard/ecrm_insight_add_views.xml",
        "views/ecrm_insight_views.xml",
        # signal
        "data/ecrm_signal_weight.xml",
        "views/ecrm_signal_views.xml",
        "data/digest_data.xml",
        "views/digest_views.xml",
        "views/res_config_settings_views.xml",
        "views/suite_tile_views.xml",
        "data/suite_tile.xml",
        # portal
        "views/portal_voice_templates.xml",
        "views/portal_idea_templates.xml",
        "views/portal_feedback_templates.xml",
        "views/portal_case_templates.xml",
        "views/menus.xml",
    ],
    "demo": [
        # preference
        "demo/voice_customers_demo.xml",
        # case
        "demo/case_demo.xml",
        "demo/case_year_demo.xml",
        # before the cases whose clocks are read
        "demo/case_common_demo.xml",
        "demo/case_open_demo.xml",
        # feedback
        "demo/feedback_demo.xml",
        # idea
        "demo/idea_demo.xml",
        # insight
        "demo/insight_demo.xml",
        # lost customers, whose words are evidence
        "demo/departure_demo.xml",
        # signal
        "demo/signal_demo.xml",
    ],
    "assets": {
        "web.assets_backend": ["crm_ecrm/static/src/importance_chart/**/*"],
        "web.assets_frontend": [
            "crm_ecrm/static/src/feedback/**/*",
            "crm_ecrm/static/src/idea/**/*",
        ],
        "web.assets_tests": ["crm_ecrm/static/tests/tours/**/*"],
    },
    "application": True,
    "post_init_hook": "_look_back",
    "uninstall_hook": "_forget_names",
}
