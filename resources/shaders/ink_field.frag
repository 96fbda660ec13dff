// In which order the parts of the new picture come: brightest first. Red: the share (0..1) of the picture that is brighter
// than this part of it, counted on a grid, so that equal areas arrive in equal times; green: the part's own brightness.
#version 440

layout(location = 0) in vec2 qt_TexCoord0;
layout(location = 0) out vec4 fragColor;
layout(std140, binding = 0) uniform buf {
    mat4 qt_Matrix;
    float qt_Opacity;
};
layout(binding = 1) uniform sampler2D src;

void main()
{
    float own = texture(src, qt_TexCoord0).g;
    float brighter = 0.0;
    for (int row = 0; row < 12; ++row) {
        for (int column = 0; column < 20; ++column) {
            vec2 at = (vec2(float(column), float(row)) + 0.5) / vec2(20.0, 12.0);
            brighter += smoothstep(-0.02, 0.02, texture(src, at).g - own);
        }
    }
    fragColor = vec4(brighter / 240.0, own, 0.0, 1.0);
}
